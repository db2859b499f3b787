import KernelTypes

/// The kernels as this target's instruction set compiles them.
public enum VectorKernels: KernelSet {}
