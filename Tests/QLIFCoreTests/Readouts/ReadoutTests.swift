import Testing

@testable import QLIFCore

@Suite struct ReadoutTests {
  func labels(
    _ readout: Readout, _ spikes: [Float], _ membrane: [Float], steps: Int, batch: Int, classes: Int
  ) throws -> [Int64] {
    var labels = [Int64](repeating: -1, count: batch)
    try readout.labels(
      spikes: spikes, membrane: membrane, steps: steps, batch: batch, classes: classes, into: &labels)
    return labels
  }

  @Test(arguments: Readout.allCases, [false, true])
  func recordsSayWhatThePredictionSays(_ readout: Readout, _ isSequence: Bool) throws {
    let (steps, batch, classes) = (7, 60, 5)
    let network = try Network.dense([6, 30, classes], steps: steps, seed: 2)
    network.widen(2)
    var random = TestRandom(3)
    let length = isSequence ? steps : 0
    let values = random.floats((isSequence ? steps : 1) * batch * 6)
    var predicted = [Int64](repeating: -1, count: batch)
    var scores = [Float](repeating: -1, count: batch * classes)
    try network.withInput(values, batch: batch, steps: length) {
      try network.predict($0, readout: readout, labels: &predicted, scores: &scores)
    }
    let recording = try network.record(values, batch: batch, steps: length)
    let found = try labels(
      readout, recording.spikes[1], recording.membrane[1], steps: steps, batch: batch, classes: classes)
    #expect(found == predicted)
    #expect(Set(found).count > 1)
    let read = readout == .spikeCount ? recording.spikes[1] : recording.membrane[1]
    for place in 0..<batch * classes {
      let sum = (0..<steps).reduce(Float(0)) { $0 + read[$1 * batch * classes + place] }
      #expect(scores[place] == sum / Float(steps))
    }
  }

  @Test func tiesAndSilenceGoToTheLargerMembrane() throws {
    // [steps, batch, classes]: one spike each, silence, and more spikes with a smaller membrane.
    let spikes: [Float] = [0, 1, 0, 0, 0, 0, 1, 0, 0] + [0, 0, 1, 0, 0, 0, 1, 0, 1]
    let membrane: [Float] = [0, 0.9, 0.8, 0.1, 0.2, 0, 0.8, 0, 0] + [0, 0.1, 0.9, 0.1, 0.1, 0, 0.8, 2, 0.9]
    #expect(try labels(.spikeCount, spikes, membrane, steps: 2, batch: 3, classes: 3) == [2, 1, 0])
    #expect(try labels(.membrane, spikes, membrane, steps: 2, batch: 3, classes: 3) == [2, 1, 1])
    // Where all is alike, the first.
    let nothing = [Float](repeating: 0, count: 4)
    for readout in Readout.allCases {
      #expect(try labels(readout, nothing, nothing, steps: 1, batch: 1, classes: 4) == [0])
    }
  }
}
