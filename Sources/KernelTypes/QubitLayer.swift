/// How the qubits of a layer of QLIF neurons are run, in the form that the kernels use.
///
/// What concerns each qubit lies in `table`, 16 neurons at a time: [`Field.count`, 16] floats, the same for all
/// of them where `tableStride` is 0.
@frozen public struct QubitLayer: @unchecked Sendable {
  @frozen public enum Memory: Sendable { case reprepare, coherent }
  @frozen public enum Firing: Sendable { case threshold, measurement }
  /// A wait, or the rotation that does the same to a re-prepared qubit, or the authors' rotation.
  @frozen public enum Leak: Sendable { case delay, rotation, published }

  /// The rows of the table. With `a` and `b` the populations of 1 and 0, `q = -y/2` the coherence and
  /// `det = a b - q^2` the state's impurity, a gate's errors are
  ///
  ///     q' = coherence q     a' = population a + toOne     b' = population b + toZero
  ///     det' = purity det + impurityOne a^2 + impurityBoth a b + impurityZero b^2
  @frozen public enum Field: Int, CaseIterable, Sendable {
    /// Relative error of every angle.
    case overRotation
    case coherence, population, toOne, toZero, purity, impurityOne, impurityBoth, impurityZero
    /// `T1 / T2`
    case dephasing
    /// Excited-state population at rest.
    case rest
    /// Probabilities of reading 1 in state 0, 0 in 1, 1 in 1, 0 in 0.
    case p01, p10, p11, p00
  }

  public static let blockSize = Field.allCases.count * 16

  /// Rows of a `StepRange`'s state: the populations `a` of 1 and `b` of 0, the coherence `q`, the impurity `det`, at rest
  /// 0, 1, 0 and 0, and 1 where the neuron fired. A re-prepared neuron remembers what was read, as `a` and `b`. Of the
  /// gradient: three, those of `phi`, re-prepared, and of `a` and `q`, coherent.
  public static let stateWidth = 5

  public var memory: Memory
  public var firing: Firing
  public var leak: Leak
  /// Whether any qubit turns too far: angles are needed only then.
  public var overRotates: Bool
  /// Whether a neuron whose input is constant in time never fires where it is not driven.
  public var idleIsSilent: Bool
  /// 0: infinitely many.
  public var shots: Int
  public var table: UnsafePointer<Float>
  public var tableStride: Int
  /// Neurons; lanes beyond them are silent.
  public var units: Int
  /// The stream of this sample and layer.
  public var key: UInt64

  public init(
    memory: Memory, firing: Firing, leak: Leak, overRotates: Bool, idleIsSilent: Bool, shots: Int,
    table: UnsafePointer<Float>, tableStride: Int, units: Int, key: UInt64
  ) {
    self.memory = memory
    self.firing = firing
    self.leak = leak
    self.overRotates = overRotates
    self.idleIsSilent = idleIsSilent
    self.shots = shots
    self.table = table
    self.tableStride = tableStride
    self.units = units
    self.key = key
  }
}
