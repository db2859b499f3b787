import CMachine
import Glibc
import KernelTypes
import Kernels

#if arch(x86_64)
  import KernelsV3
  import KernelsV4
#endif

/// The kernels in use: those of the best instruction set that this machine has, or those that `QLIF_KERNELS` names.
let kernels: any KernelSet.Type = KernelChoice.current.kernels

/// The instruction set in use, and its name as `qlif_instruction_set` gives it.
package let instructionSetName = KernelChoice.current.name

/// The instruction sets that kernels are compiled for, and the choice among them.
struct KernelChoice {
  let name: StaticString
  let kernels: any KernelSet.Type

  /// Those that this machine can run, the best first.
  static let available: [KernelChoice] = {
    #if arch(x86_64)
      let level = machine_x86_64_level()
      var sets = [KernelChoice(name: "x86-64", kernels: Kernels.VectorKernels.self)]
      if level >= 3 {
        sets.insert(KernelChoice(name: "x86-64-v3", kernels: KernelsV3.VectorKernels.self), at: 0)
      }
      if level >= 4 {
        sets.insert(KernelChoice(name: "x86-64-v4", kernels: KernelsV4.VectorKernels.self), at: 0)
      }
      return sets
    #else
      return [KernelChoice(name: "generic", kernels: Kernels.VectorKernels.self)]
    #endif
  }()

  private static let variable = "QLIF_KERNELS"
  private static let asked = environment(variable)
  private static let named = available.first { "\($0.name)" == asked }

  static let current = named ?? available[0]

  /// - Throws: where `QLIF_KERNELS` names kernels that this machine has not: results would come from others than asked.
  static func check() throws(QLIFError) {
    guard let asked, named == nil else { return }
    throw .invalid(
      "\(variable): \"\(asked)\", expected one that this machine runs: \(available.map { "\($0.name)" }.joined(separator: ", "))"
    )
  }
}

/// An environment variable; nil where it is empty or not set.
func environment(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}
