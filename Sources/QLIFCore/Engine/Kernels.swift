import CMachine
import KernelTypes
import Kernels

#if arch(x86_64)
  import KernelsV3
  import KernelsV4
#endif

/// The kernels of the best instruction set that this machine has.
let kernels: any KernelSet.Type = instructionSet.kernels

/// The instruction set in use, and its name as `qlif_instruction_set` gives it.
package let instructionSetName = instructionSet.name

private let instructionSet: (name: StaticString, kernels: any KernelSet.Type) = {
  #if arch(x86_64)
    switch machine_x86_64_level() {
    case 4: ("x86-64-v4", KernelsV4.VectorKernels.self)
    case 3: ("x86-64-v3", KernelsV3.VectorKernels.self)
    default: ("x86-64", Kernels.VectorKernels.self)
    }
  #else
    ("generic", Kernels.VectorKernels.self)
  #endif
}()
