/// What a shard has counted.
final class Counts: @unchecked Sendable {
  var loss = 0.0
  var correct = 0
  /// Spikes of each layer, before dropout.
  var spikes: [Int]
  /// The first layer whose currents were NaN or too large.
  var notFinite: Int?

  init(layers: Int) { spikes = Array(repeating: 0, count: layers) }

  func clear() {
    loss = 0
    correct = 0
    notFinite = nil
    for layer in spikes.indices { spikes[layer] = 0 }
  }
}
