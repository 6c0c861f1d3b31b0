"""Architecture, preprocessing, graph and training of the networks."""
