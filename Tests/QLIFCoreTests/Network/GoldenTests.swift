import Foundation
import Testing

@testable import QLIFCore

/// The reference values of `Tests/Golden`, at the tolerances that its README gives.
@Suite struct GoldenTests {
  static func file(_ name: String) throws -> TensorFile {
    try TensorFile(TensorFile.golden.appendingPathComponent("\(name).safetensors"))
  }

  @Test(
    arguments: [
      "network_relaxation", "network_published_leak", "network_relaxation_no_refractory",
      "network_spike_input",
    ])
  func network(_ name: String) throws {
    let file = try Self.file(name)
    var neuron = QLIF()
    neuron.leak = try #require(QLIF.Leak(rawValue: file.metadata["leak"] ?? ""))
    neuron.isRefractory = file.metadata["refractory"] == "1"
    neuron.threshold = try #require(Float(file.metadata["threshold"] ?? ""))
    neuron.t1 = try #require(Float(file.metadata["t1"] ?? ""))
    let steps = try #require(Int(file.metadata["steps"] ?? ""))
    let network = try Network.dense([12, 16, 4], neuron, steps: steps)
    for layer in 0..<2 {
      for name in ["drive_weight", "delay_weight", "drive_bias", "delay_bias"] {
        let values = file.floats("\(name)_\(layer)")
        try network.parameter("\(layer).\(name)").values.base.update(from: values, count: values.count)
      }
    }
    let length = file.shapes["input"]?.count == 3 ? steps : 0
    let labels = (file.values["labels"] ?? []).map { Int($0) }

    let recording = try network.record(file.floats("input"), batch: labels.count, steps: length)
    for (layer, prefix) in ["hidden", "output"].enumerated() {
      let alpha = recording.membrane[layer]
      let expected = try #require(file.values["\(prefix)_alpha"])
      #expect(alpha.count == expected.count)
      for (a, b) in zip(alpha, expected) { #expect(abs(Double(a) - b) < 1e-5) }
      #expect(recording.spikes[layer].map(Double.init) == file.values["\(prefix)_spikes"])
    }

    let (loss, gradients) = try network.gradients(
      file.floats("input"), labels: labels, steps: length)
    #expect(abs(loss - (file.values["loss"]?[0] ?? 0)) < 1e-5)
    for layer in 0..<2 {
      for name in ["drive_weight", "delay_weight", "drive_bias", "delay_bias"] {
        let expected = try #require(file.values["grad_\(name)_\(layer)"])
        let largest = expected.map(abs).max() ?? 0
        for (a, b) in zip(try #require(gradients["\(layer).\(name)"]), expected) {
          #expect(abs(Double(a) - b) <= 1e-3 * largest, "\(layer).\(name)")
        }
      }
    }
  }

  /// The authors' own neuron, on random angles, delays and spikes.
  @Test(arguments: ["published_neuron", "published_neuron_t1_120"])
  func publishedNeuron(_ name: String) throws {
    let file = try Self.file(name)
    let shape = try #require(file.shapes["theta"])
    let (steps, units) = (shape[0], shape[1])
    var neuron = QLIF()
    neuron.leak = .published
    neuron.t1 = try #require(Float(file.metadata["t1"] ?? ""))
    neuron.threshold = try #require(Float(file.metadata["threshold"] ?? ""))
    neuron.driveScale = 1
    neuron.delayScale = 1
    // Each neuron's two currents are two inputs of its own.
    let network = try Network.dense([2 * units, units], neuron, steps: steps)
    for parameter in network.parameters { parameter.values.values.update(repeating: 0) }
    for unit in 0..<units {
      try network.parameter("0.drive_weight").values.base[unit * 2 * units + unit] = 1
      try network.parameter("0.delay_weight").values.base[unit * 2 * units + units + unit] = 1
    }
    let theta = file.floats("theta")
    let delay = file.floats("delay")
    let spikesIn = file.floats("spike_in")
    var input: [Float] = []
    for step in 0..<steps {
      let row = step * units..<(step + 1) * units
      // The authors give the spike apart from the angle; here a drive above 0 is the spike.
      input += row.map { spikesIn[$0] > 0 ? theta[$0] : 0 }
      input += delay[row]
    }
    let recording = try network.record(input, batch: 1, steps: steps)
    let alpha = recording.membrane[0]
    for (a, b) in zip(alpha, try #require(file.values["alpha"])) { #expect(abs(Double(a) - b) < 1e-5) }
    #expect(recording.spikes[0].map(Double.init) == file.values["spikes"])
  }
}
