@testable import QLIFCore

/// Described things, as descriptions of networks list them.
extension JSONValue {
  static func dense(_ units: Int, _ neuron: any Neuron = QLIF()) -> JSONValue {
    .object(["kind": .text("dense"), "units": .integer(units), "neuron": neuron.description])
  }

  static func conv2d(_ shape: ConvolutionShape, _ neuron: any Neuron = QLIF()) -> JSONValue {
    .object([
      "kind": .text("conv2d"), "channels": .integer(shape.channels),
      "kernel_height": .integer(shape.kernelHeight), "kernel_width": .integer(shape.kernelWidth),
      "stride": .integer(shape.stride), "padding": .integer(shape.padding), "neuron": neuron.description,
    ])
  }

  static func maxPool2d(_ size: Int, stride: Int? = nil, ties: MaxPool2d.Ties = .first) -> JSONValue {
    .object([
      "kind": .text("max_pool2d"), "size": .integer(size), "stride": .integer(stride ?? size),
      "ties": .text(ties.rawValue),
    ])
  }

  static func averagePool2d(_ size: Int) -> JSONValue {
    .object(["kind": .text("avg_pool2d"), "size": .integer(size)])
  }
}

/// The sizes of a convolution.
struct ConvolutionShape: Sendable {
  var channels: Int
  var kernelHeight: Int
  var kernelWidth: Int
  var stride = 1
  var padding = 0
}

extension Described {
  /// The defaults, but for what `change` makes of them.
  static func with(_ change: (inout Self) -> Void) -> Self {
    var value = Self()
    change(&value)
    return value
  }
}

extension QubitCircuit {
  /// A neuron on a perfect qubit.
  static func perfect(_ neuron: QLIF = QLIF(), leakForm: LeakForm? = nil) throws -> QubitCircuit {
    try QubitCircuit(neuron, QubitNoise(), .with { $0.leakForm = leakForm })
  }
}

extension Network {
  static func make(
    _ inputShape: [Int], steps: Int = 9, seed: UInt64 = 1, layers: [JSONValue]
  ) throws -> Network {
    try Network(
      .object([
        "input_shape": .list(inputShape.map { .integer($0) }), "steps": .integer(steps),
        "seed": .unsigned(seed), "layers": .list(layers),
      ]))
  }

  /// A dense network, every layer with the same neuron.
  static func dense(
    _ sizes: [Int], _ neuron: any Neuron = QLIF(), steps: Int = 9, seed: UInt64 = 1
  ) throws -> Network {
    try make([sizes[0]], steps: steps, seed: seed, layers: sizes.dropFirst().map { .dense($0, neuron) })
  }
}
