import Testing

@testable import QLIFCore

struct OpenQASMTests {
  private func count(_ text: String, _ word: String) -> Int {
    text.split(separator: "\n").count { $0.hasPrefix(word) }
  }

  @Test func aLayersStepIsTwoRotationsANeuron() throws {
    let neuron = try QubitCircuit.perfect(leakForm: .rotation)
    let text = try OpenQASM.layer(
      neuron, alpha: [0.1, 0.5, 0], drive: [0.2, -1, 0.3], delay: [0, 0.1, 0])
    #expect(count(text, "rx(") == 6)
    #expect(count(text, "delay") == 0)
    #expect(text.contains("qubit[3] q;\nbit[3] m;\n"))
    #expect(count(text, "m[") == 3)
    #expect(!text.contains(","))
  }

  @Test func aDelayedLayerWaits() throws {
    let text = try OpenQASM.layer(
      QubitCircuit(QLIF()), alpha: [0.5], drive: [-1], delay: [0.1])
    #expect(count(text, "rx(") == 1)
    #expect(count(text, "delay[20.0") == 1)
  }

  @Test func trainsResetAfterEveryReading() throws {
    let drive = [0.3, -1, 0.4, 0.5, 0.1]
    let delay = [0, 0.02, 0, 0, 0]
    let text = try OpenQASM.train(QubitCircuit(QLIF()), drive: drive, delay: delay)
    #expect(count(text, "reset") == 4)
    #expect(count(text, "m[") == 5)
    #expect(count(text, "rx(") == 7)
    let coherent = try OpenQASM.train(
      QubitCircuit(.with { $0.memory = .coherent }), drive: drive, delay: delay)
    #expect(count(coherent, "m[0]") == 1)
    #expect(count(coherent, "rx(") <= 4)
  }

  @Test func refusesWhatCannotBeWritten() throws {
    let neuron = try QubitCircuit(QLIF())
    #expect(throws: QLIFError.self) { try OpenQASM.layer(neuron, alpha: [1.5], drive: [0], delay: [0]) }
    #expect(throws: QLIFError.self) { try OpenQASM.layer(neuron, alpha: [], drive: [], delay: []) }
    #expect(throws: QLIFError.self) { try OpenQASM.train(neuron, drive: [.nan], delay: [0]) }
    #expect(throws: QLIFError.self) { try OpenQASM.train(neuron, drive: [1e308], delay: [0, 1]) }
    #expect(throws: QLIFError.self) { try OpenQASM.train(neuron, drive: [0], delay: [1e308]) }
    #expect(throws: QLIFError.self) {
      try QubitCircuit.perfect(.with { $0.leak = .published }, leakForm: .delay)
    }
  }
}
