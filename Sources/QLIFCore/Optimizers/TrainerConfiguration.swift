/// How a network is trained.
package struct TrainerConfiguration: Codable, Sendable, Equatable {
  package var loss = Loss.membrane
  /// For the report's `correct`.
  package var readout = Readout.spikeCount
  package var schedule = Schedule.constant
  /// The peak, where the schedule has one.
  package var learningRate: Float = 1e-3
  package var beta1: Float = 0.9
  package var beta2: Float = 0.999
  package var epsilon: Float = 1e-8
  /// Decoupled; weights only.
  package var weightDecay: Float = 0
  /// Global norm that the gradient is clipped to; 0: none.
  package var clipNorm: Float = 0
  /// Share of the updates in which a one-cycle rate rises.
  package var warmup: Float = 0.3
  /// Updates that a schedule is spread over.
  package var totalSteps = 0

  package init() {}

  private enum CodingKeys: String, CodingKey {
    case loss, readout, schedule
    case learningRate = "learning_rate"
    case beta1, beta2, epsilon
    case weightDecay = "weight_decay"
    case clipNorm = "clip_norm"
    case warmup
    case totalSteps = "total_steps"
  }

  package func validate() throws(QLIFError) {
    try check("learning_rate", learningRate, "above 0") { $0 > 0 }
    try check("beta1", beta1, "in [0, 1)") { $0 >= 0 && $0 < 1 }
    try check("beta2", beta2, "in [0, 1)") { $0 >= 0 && $0 < 1 }
    try check("epsilon", epsilon, "above 0") { $0 > 0 }
    try check("weight_decay", weightDecay, "0 or more") { $0 >= 0 }
    try check("clip_norm", clipNorm, "0 (no clipping) or more") { $0 >= 0 }
    try check("warmup", warmup, "in (0, 1)") { $0 > 0 && $0 < 1 }
    guard totalSteps >= 0, schedule == .constant || totalSteps > 0 else {
      throw .invalid("total_steps: \(totalSteps), expected 1 or more for the schedule \(schedule.rawValue)")
    }
  }
}
