/// The loops that the engine spends its time in, compiled once for each instruction set.
///
/// Arrays are row-major; `groups` counts vectors of 16 neurons, `words` 64 spikes. The contract of each
/// is at its definition in `Kernels/`. Where it needs memory to work in, a function beside it says how many bytes, and
/// the memory begins at a multiple of 64.
public protocol KernelSet: Sendable {
  typealias Floats = UnsafePointer<Float>
  typealias MutableFloats = UnsafeMutablePointer<Float>
  typealias Words = UnsafePointer<UInt64>
  typealias SpikeGroups = UnsafeMutablePointer<UInt16>
  typealias Indices = UnsafeMutablePointer<Int32>

  static func qlifForwardConstant(
    _ neuron: QLIFConstants, _ range: StepRange, groups: Int, drive: Floats, dropout: Dropout?,
    spikes: SpikeGroups, spikeStride: Int, alpha: MutableFloats?
  ) -> Int

  static func qlifBackwardConstant(
    _ neuron: QLIFConstants, steps: Int, groups: Int, drive: Floats, dropout: Dropout?,
    spikeGradient: Floats?, alphaGradient: Floats?, driveGradient: MutableFloats)

  static func qlifForwardSequence(
    _ neuron: QLIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: SpikeGroups, spikeStride: Int, alpha: MutableFloats?, states: MutableFloats?
  ) -> Int

  static func qlifBackwardSequence(
    _ neuron: QLIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    states: Floats, spikeGradient: Floats?, alphaGradient: Floats?, currentGradient: MutableFloats)

  static func qubitForward(
    _ neuron: QLIFConstants, _ layer: QubitLayer, _ range: StepRange, groups: Int, currents: Currents,
    dropout: Dropout?, spikes: SpikeGroups, spikeStride: Int, alpha: MutableFloats?,
    memory: UnsafeMutableRawPointer
  ) -> Int
  static func qubitForwardMemory(steps: Int, groups: Int) -> Int

  static func qubitBackward(
    _ neuron: QLIFConstants, _ layer: QubitLayer, _ range: StepRange, groups: Int, currents: Currents,
    dropout: Dropout?, spikeGradient: Floats?, alphaGradient: Floats?, currentGradient: MutableFloats,
    memory: UnsafeMutableRawPointer)
  static func qubitBackwardMemory(steps: Int) -> Int

  static func lifForward(
    _ neuron: LIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: SpikeGroups, spikeStride: Int, membrane: MutableFloats?
  ) -> Int

  static func lifBackward(
    _ neuron: LIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikeGradient: Floats?, membraneGradient: Floats?, currentGradient: MutableFloats,
    memory: UnsafeMutableRawPointer)
  static func lifBackwardMemory(steps: Int) -> Int

  static func alifForward(
    _ neuron: ALIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: SpikeGroups, spikeStride: Int, membrane: MutableFloats?
  ) -> Int

  static func alifBackward(
    _ neuron: ALIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikeGradient: Floats?, membraneGradient: Floats?, currentGradient: MutableFloats,
    memory: UnsafeMutableRawPointer)
  static func alifBackwardMemory(steps: Int) -> Int

  static func synapticForward(
    _ neuron: SynapticLIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: SpikeGroups, spikeStride: Int, membrane: MutableFloats?
  ) -> Int

  static func synapticBackward(
    _ neuron: SynapticLIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikeGradient: Floats?, membraneGradient: Floats?, currentGradient: MutableFloats,
    memory: UnsafeMutableRawPointer)
  static func synapticBackwardMemory(steps: Int) -> Int

  static func spikeForward(
    rows: Int, words: Int, columns: Int, spikes: Words, weights: Floats, bias: Floats, scale: Float,
    output: MutableFloats, indices: Indices)

  static func spikeWeightGradient(
    rows: Int, words: Int, columns: Int, spikes: Words, outputGradient: Floats, scale: Float,
    weightGradient: MutableFloats, biasGradient: MutableFloats, indices: Indices)

  static func spikeInputGradient(
    rows: Int, columns: Int, inputs: Int, outputGradient: Floats, weights: Floats,
    inputGradient: MutableFloats, indices: Indices)

  static func convolutionForward(
    _ window: Window, samples: Int, steps: Int, spikes: Words, weights: Floats, bias: Floats, scale: Float,
    output: MutableFloats, currentStride: Int, indices: Indices, rows: MutableFloats)

  static func convolutionWeightGradient(
    _ window: Window, samples: Int, steps: Int, spikes: Words, outputGradient: Floats, currentStride: Int,
    scale: Float, weightGradient: MutableFloats, biasGradient: MutableFloats, indices: Indices,
    rows: MutableFloats)

  static func convolutionInputGradient(
    _ window: Window, rows: Int, outputGradient: Floats, currentStride: Int, weights: Floats,
    inputGradient: MutableFloats, inputStride: Int, plane: MutableFloats, indices: Indices,
    amounts: MutableFloats)

  static func spectralInputGradient(
    _ window: Window, _ spectrum: Spectrum, rows: Int, outputGradient: Floats, currentStride: Int,
    weights: Floats, inputGradient: MutableFloats, inputStride: Int, memory: MutableFloats)

  static func spectralWeights(
    _ window: Window, _ spectrum: Spectrum, taps: Floats, into target: MutableFloats, memory: MutableFloats)

  static func maxPoolForward(
    _ pool: PoolWindow, rows: Int, spikes: Words, output: UnsafeMutablePointer<UInt64>,
    memory: UnsafeMutableRawPointer)
  static func maxPoolForwardMemory(_ pool: PoolWindow) -> Int

  static func maxPoolBackward(
    _ pool: PoolWindow, rows: Int, spikes: Words, membranes: Floats?, outputGradient: Floats,
    outputStride: Int, inputGradient: MutableFloats, inputStride: Int, memory: UnsafeMutableRawPointer)
  static func maxPoolBackwardMemory(_ pool: PoolWindow) -> Int

  static func matrixProduct(
    _ left: Matrix, _ right: Matrix, rows: Int, columns: Int, inner: Int, isAdded: Bool,
    into result: MutableFloats, resultStride: Int, memory: MutableFloats)

  static func adamUpdate(
    _ adam: AdamConstants, count: Int, values: MutableFloats, gradient: Floats, mean: MutableFloats,
    square: MutableFloats)

  static func sumOfSquares(count: Int, values: Floats) -> Double

  static func countNonzero(count: Int, values: Floats) -> Int

  static func areFinite(count: Int, values: Floats, times factor: Float) -> Bool

  static func exponentials(count: Int, values: Floats, largest: Float, output: MutableFloats?) -> Float

  static func addInto(count: Int, target: MutableFloats, source: Floats)
}
