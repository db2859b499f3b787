import KernelTypes
import Testing

@testable import QLIFCore

/// A neuron run in parts, each from the state that the part before it left, gives the bits of a run in one go, and so
/// do the backward passes of the parts.
@Suite struct StepRangeTests {
  /// A layer of neurons, with its input.
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var neuron: any Neuron
    var noise: LayerNoise?
    var currents = 2
    var isConstant = false
    var learns = true
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for reset in LIF.Reset.allCases {
      var neuron = LIF()
      neuron.reset = reset
      neuron.threshold = 0.6
      neuron.dropout = 0.3
      cases.append(Case(testDescription: "lif \(reset)", neuron: neuron, currents: 1))
      var adaptive = ALIF()
      adaptive.reset = reset
      adaptive.threshold = 0.4
      adaptive.dropout = 0.3
      cases.append(Case(testDescription: "alif \(reset)", neuron: adaptive, currents: 1))
      var synaptic = SynapticLIF()
      synaptic.reset = reset
      synaptic.threshold = 0.9
      synaptic.dropout = 0.3
      cases.append(Case(testDescription: "synaptic \(reset)", neuron: synaptic, currents: 1))
    }
    for (leak, isRefractory) in [
      (QLIF.Leak.relaxation, true), (.relaxation, false), (.published, true), (.published, false),
    ] {
      var neuron = QLIF()
      neuron.leak = leak
      neuron.isRefractory = isRefractory
      neuron.threshold = 0.5
      neuron.dropout = 0.3
      cases.append(Case(testDescription: "qlif \(leak) \(isRefractory)", neuron: neuron))
      cases.append(
        Case(
          testDescription: "qlif, known state, \(leak)", neuron: neuron, currents: 1, isConstant: true,
          learns: false))
    }
    for (name, noise) in [
      ("noise", LayerNoise(qubits: [noise])), ("shots", LayerNoise(qubits: [noise], shots: 60)),
    ] {
      for memory in QLIF.Memory.allCases {
        for leak in QLIF.Leak.allCases {
          var neuron = QLIF()
          neuron.memory = memory
          neuron.leak = leak
          neuron.threshold = 0.5
          neuron.dropout = 0.2
          neuron.isRefractory = leak != .rotation
          cases.append(Case(testDescription: "\(name) \(memory) \(leak)", neuron: neuron, noise: noise))
          neuron.firing = .measurement
          cases.append(
            Case(testDescription: "\(name) \(memory) \(leak), measured", neuron: neuron, noise: noise))
        }
      }
    }
    // Neurons that are not driven stay silent, so that a run in one go leaves them out.
    var idle = QLIF()
    idle.threshold = 0.5
    cases.append(
      Case(testDescription: "shots, driven neurons", neuron: idle, noise: LayerNoise(shots: 60), currents: 1))
    return cases
      + cases.compactMap { known in
        guard known.learns else { return nil }
        var constant = known
        constant.testDescription += ", constant input"
        constant.isConstant = true
        return constant
      }
  }()

  private static var noise: QubitNoise {
    var noise = QubitNoise()
    noise.overRotation = 0.02
    noise.depolarizing = 0.004
    noise.relaxation = Relaxation(t1: 120, t2: 90, excitedPopulation: 0.02)
    noise.gateTime = 0.1
    noise.p01 = 0.01
    noise.p10 = 0.03
    return noise
  }

  static let steps = 11

  @Test(arguments: cases)
  func partsGiveTheBitsOfTheWhole(_ known: Case) throws {
    let whole = try Run(known).parts([0..<Self.steps])
    #expect(whole.count > 100)
    #expect(whole.spikes.reduce(0) { $0 + $1.nonzeroBitCount } <= whole.count)
    #expect(!known.learns || whole.gradients.contains { $0 != 0 && !Float(bitPattern: $0).isNaN })
    let single = (0..<Self.steps).map { $0..<$0 + 1 }
    for parts in [[0..<1, 1..<Self.steps], [0..<4, 4..<5, 5..<Self.steps], single] {
      let run = try Run(known).parts(parts)
      #expect(run.count == whole.count)
      #expect(run.spikes == whole.spikes)
      #expect(run.membrane == whole.membrane)
      #expect(run.state == whole.state)
      #expect(run.gradients == whole.gradients)
      #expect(run.stateGradient == whole.stateGradient)
    }
  }

  /// Also not where neurons that are not driven are left out.
  @Test(arguments: cases)
  func aStateThatNobodyAsksForChangesNothing(_ known: Case) throws {
    let (plain, carried) = (try Run(known), try Run(known))
    let count = plain.forward(StepRange(count: Self.steps), records: false)
    #expect(
      carried.forward(StepRange(count: Self.steps, stateAfter: carried.states.base), records: false) == count)
    #expect(Array(plain.spikes.values) == Array(carried.spikes.values))
  }
}

/// What is asked of a run, as bits.
private struct Outcome {
  var count: Int
  var spikes: [UInt16]
  var membrane: [UInt32]
  var state: [UInt32]
  var gradients: [UInt32]
  var stateGradient: [UInt32]
}

/// The arrays of a run of a layer.
private struct Run {
  let known: StepRangeTests.Case
  let groups: Int
  let spikeStride: Int
  let width: Int
  let population: any Population
  let currents: Buffer<Float>
  let arriving: Buffer<Float>
  let spikes: Buffer<UInt16>
  let membrane: Buffer<Float>
  /// The states after each step.
  let states: Buffer<Float>
  let trace: Buffer<Float>
  let gradient: Buffer<Float>
  let stateGradient: Buffer<Float>
  let scratch: Buffer<UInt8>

  private var stateSize: Int { population.stateWidth * width }
  private var rowSize: Int { 2 * width }

  init(_ known: StepRangeTests.Case) throws {
    self.known = known
    let steps = StepRangeTests.steps
    let shape = try LayerShape(index: 0, sizes: [210])
    groups = shape.groups
    spikeStride = shape.words * 4
    width = groups * 16
    population = try known.neuron.population(of: shape, noise: known.noise, steps: steps)
    var random = TestRandom(3)
    func buffer(_ count: Int, _ value: () -> Float) throws -> Buffer<Float> {
      let buffer = try Buffer<Float>(count, for: "test")
      for i in 0..<count { buffer.base[i] = value() }
      return buffer
    }
    currents = try buffer(steps * 2 * width) { Float(random.uniform(-0.6...0.9)) }
    // Lanes beyond the last neuron have no current.
    for row in 0..<2 * steps {
      (currents.base + row * width + shape.units).update(repeating: 0, count: width - shape.units)
    }
    arriving = try buffer(2 * steps * width) { Float(random.uniform(-1...1)) }
    spikes = try Buffer(steps * spikeStride, for: "test")
    membrane = try Buffer(steps * width, for: "test")
    states = try Buffer((steps + 1) * population.stateWidth * width, for: "test")
    trace = try Buffer(steps * 2 * width, for: "test")
    gradient = try buffer(steps * 2 * width) { .nan }
    stateGradient = try Buffer(population.stateWidth * width, for: "test")
    scratch = try Buffer(
      type(of: known.neuron).scratchBytes(steps: steps, groups: groups, learns: true), for: "test")
  }

  func parts(_ parts: [Range<Int>]) -> Outcome {
    func state(after step: Int) -> MutableFloats { states.base + step * stateSize }
    func range(_ part: Range<Int>) -> StepRange {
      StepRange(
        first: part.lowerBound, count: part.count,
        stateBefore: part.lowerBound == 0 ? nil : Floats(state(after: part.lowerBound)),
        stateAfter: state(after: part.upperBound),
        gradientAfter: part.upperBound == StepRangeTests.steps ? nil : Floats(stateGradient.base),
        gradientBefore: stateGradient.base)
    }
    var count = 0
    for part in parts { count += forward(range(part), records: true) }
    if known.learns { for part in parts.reversed() { backward(range(part)) } }
    func bits(_ buffer: Buffer<Float>, from first: Int = 0) -> [UInt32] {
      buffer.values[first...].map(\.bitPattern)
    }
    return Outcome(
      count: count, spikes: Array(spikes.values), membrane: bits(membrane),
      state: bits(states, from: StepRangeTests.steps * stateSize), gradients: bits(gradient),
      stateGradient: bits(stateGradient))
  }

  func forward(_ range: StepRange, records: Bool) -> Int {
    population.forward(
      part(range), run(range), spikes: spikes.base + range.first * spikeStride,
      membrane: records ? membrane.base + range.first * width : nil)
  }

  private func backward(_ range: StepRange) {
    let row = range.first * width
    population.backward(
      part(range), run(range), spikeGradient: Floats(arriving.base + row),
      membraneGradient: Floats(arriving.base + StepRangeTests.steps * width + row),
      currentGradient: gradient.base + (known.isConstant ? 0 : range.first * rowSize))
  }

  private func part(_ range: StepRange) -> Currents {
    Currents(
      base: currents.base + (known.isConstant ? 0 : range.first * rowSize),
      stride: known.isConstant ? 0 : rowSize, offset: width, count: known.currents)
  }

  private func run(_ range: StepRange) -> NeuronRun {
    let dropout = known.neuron.dropout
    return NeuronRun(
      range: range, groups: groups, spikeStride: spikeStride,
      dropout: dropout > 0 ? Dropout(probability: dropout, key: 5) : nil, randomKey: 11,
      states: trace.base + range.first * rowSize, scratch: UnsafeMutableRawPointer(scratch.base))
  }
}
