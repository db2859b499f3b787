import Glibc

/// How far up the errors take a neuron of a layer that is not driven, whose input is constant in time.
///
/// Whatever it waits, it reads 1 in a step with a probability of at most `offset + slope f`, `f` the frequency of the
/// step before. So `f` stays below a sum of independent errors around `m' = offset + slope m`: by Hoeffding's
/// inequality it passes a threshold with a probability below
///
///     exp(-2 shots (threshold - m)^2 / (1 + slope^2 + slope^4 + ...))
struct SilenceBound {
  private var offset = 0.0
  private var slope = 0.0
  /// What holds for a neuron that waits says nothing about one that is turned back instead.
  private var isKnown = true

  init(_ neuron: QLIF, _ noise: LayerNoise) {
    isKnown = neuron.leak == .relaxation && neuron.firing == .threshold
    for qubit in noise.qubits {
      let relaxation = qubit.relaxation ?? Relaxation(t1: Double(neuron.t1))
      let rest = relaxation.excitedPopulation
      let reading = max(0, 1 - qubit.p10 - qubit.p01)
      guard neuron.memory == .reprepare else {
        offset = max(offset, qubit.p01 + reading * rest)
        continue
      }
      let left = exp(-qubit.gateTime / relaxation.t1)
      let lifted = left * qubit.depolarizing / 2 + (1 - left) * rest
      // sin^2(k x) <= k^2 sin^2(x) for k >= 1
      let stretch = max(1, abs(1 + qubit.overRotation))
      offset = max(offset, qubit.p01 + reading * max(lifted, rest))
      slope = max(slope, reading * left * (1 - qubit.depolarizing) * stretch * stretch)
    }
  }

  /// Whether it stays below a threshold for that many steps, but for once in 10^12.
  func staysBelow(_ threshold: Double, steps: Int, shots: Int) -> Bool {
    guard isKnown else { return false }
    var mean = 0.0
    var spread = 0.0
    for _ in 0..<steps {
      mean = offset + slope * mean
      spread = 1 + slope * slope * spread
      if mean > threshold - Self.rounding { return false }
    }
    guard shots > 0 else { return true }
    let distance = threshold - mean
    return exp(-2 * Double(shots) * distance * distance / spread) < Self.rarest
  }

  /// More than what the kernels' floats lose.
  private static let rounding = 1e-4
  /// A probability that does not count: the normal numbers behind the shots end where less than 10^-7 is left.
  private static let rarest = 1e-12
}
