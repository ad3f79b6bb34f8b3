"""The mathematics of the manifold, and how it is carried out on tiles, threads, clusters and GPUs."""
