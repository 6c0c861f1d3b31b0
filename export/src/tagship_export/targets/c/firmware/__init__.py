"""Firmware for emulated Cortex-M boards: built with arm-none-eabi-gcc, run by QEMU with semihosting."""
