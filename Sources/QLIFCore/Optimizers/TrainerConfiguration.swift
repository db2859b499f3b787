/// How a network is trained.
package struct TrainerConfiguration: Described, Sendable {
  package var loss = Loss()
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

  package static var fields: [Field<TrainerConfiguration>] {
    [
      .object(
        "loss", \.loss, read: { (reader) throws(QLIFError) in try Loss(&reader) }, write: { $0.description }),
      .choice("readout", \.readout),
      .choice("schedule", \.schedule),
      .number("learning_rate", \.learningRate, "above 0") { $0 > 0 },
      .number("beta1", \.beta1, "in [0, 1)") { $0 >= 0 && $0 < 1 },
      .number("beta2", \.beta2, "in [0, 1)") { $0 >= 0 && $0 < 1 },
      .number("epsilon", \.epsilon, "above 0") { $0 > 0 },
      .number("weight_decay", \.weightDecay, "0 or more") { $0 >= 0 },
      .number("clip_norm", \.clipNorm, "0 (no clipping) or more") { $0 >= 0 },
      .number("warmup", \.warmup, "in (0, 1)") { $0 > 0 && $0 < 1 },
      .size("total_steps", \.totalSteps, 0...Int.max),
    ]
  }

  package func validateTogether() throws(QLIFError) {
    guard schedule == .constant || totalSteps > 0 else {
      throw .invalid("total_steps: \(totalSteps), expected 1 or more for the schedule \(schedule.rawValue)")
    }
  }

  package var description: JSONValue { .object(constants) }
}
