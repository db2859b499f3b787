/// A batch of input, in the caller's memory or an encoder's.
///
/// Constant in time, [batch, features], shown for the network's own steps; or a sequence, [steps, batch, features].
package struct Input {
  package var values: Floats
  package var batch: Int
  /// 0 for an input constant in time.
  package var sequenceSteps: Int

  /// What keeps the values; nil: the caller does.
  var owner: AnyObject?

  package var isConstant: Bool { sequenceSteps == 0 }

  /// - Throws: where sizes are out of range or do not multiply to `count`, or a value is not finite.
  package init(_ values: Floats?, count: Int, batch: Int, steps: Int, for network: Network) throws(QLIFError)
  {
    guard batch > 0 else { throw .shape("input.batch: \(batch), expected 1 or more") }
    guard (0...NetworkSettings.mostSteps).contains(steps) else {
      throw .invalid("input.steps: \(steps), expected 0 (constant in time) to \(NetworkSettings.mostSteps)")
    }
    let expected = try product([max(1, steps), batch, network.features], of: "input")
    guard count == expected else {
      let shape = steps == 0 ? [batch, network.features] : [steps, batch, network.features]
      throw .shape("input: \(count) values, expected \(expected) for \(shapeText(shape))")
    }
    guard let values else { throw .invalid("input.values: NULL") }
    guard kernels.areFinite(count: count, values: values, times: 1) else {
      throw .notFinite("input: it holds NaN or infinity, expected finite values")
    }
    self.values = values
    self.batch = batch
    sequenceSteps = steps
  }
}
