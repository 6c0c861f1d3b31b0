"""C99 for microcontrollers, from the ONNX graph."""
