import Testing

@testable import QLIFCore

/// A complete description is read and written unchanged, for every kind that there is, and absent keys take the defaults.
@Suite struct RoundTripTests {
  /// A complete description of each kind of layer, to stand after planes, with no constant at its default.
  static let layers: [String: JSONValue] = [
    "dense": .dense(7, LIF()),
    "conv2d": .conv2d(.init(channels: 5, kernelHeight: 3, kernelWidth: 2, stride: 2, padding: 1)),
    "max_pool2d": .maxPool2d(3, stride: 2, ties: .membrane),
    "avg_pool2d": .averagePool2d(2),
    "sum_pool2d": .object(["kind": .text("sum_pool2d"), "size": .integer(2)]),
  ]

  /// The same of each kind of neuron.
  static let neurons = [
    "qlif": #"{"delay_scale": 150.5, "drive_bound": "tanh", "drive_scale": 2.1, "dropout": 0.1, "#
      + #""firing": "measurement", "kind": "qlif", "leak": "published", "memory": "coherent", "#
      + #""refractory": false, "slope": 2.5, "surrogate": "fast_sigmoid", "t1": 47.3, "threshold": 0.3}"#,
    "alif":
      #"{"adaptation": 2.5, "beta": 0.8, "dropout": 0.25, "kind": "alif", "reset": "zero", "rho": 0.5, "#
      + #""slope": 3.0, "surrogate": "triangular", "threshold": 1.5}"#,
    "synaptic":
      #"{"alpha": 0.6, "beta": 0.7, "dropout": 0.25, "kind": "synaptic", "reset": "zero", "slope": 3.0, "#
      + #""surrogate": "triangular", "threshold": 1.5}"#,
    "lif": #"{"beta": 0.8, "dropout": 0.25, "kind": "lif", "reset": "zero", "slope": 3.0, "#
      + #""surrogate": "triangular", "threshold": 1.5}"#,
  ]

  /// The constants of each kind of loss, away from their defaults.
  static let losses = ["cross_entropy": "", "mse": "", "huber": #""delta": 0.5, "#]

  static let trainer =
    #"{"beta1": 0.8, "beta2": 0.99, "clip_norm": 1.5, "epsilon": 1e-07, "learning_rate": 0.02, "#
    + #""loss": {"kind": "mse", "reading": "spike_count"}, "readout": "membrane", "schedule": "one_cycle", "#
    + #""total_steps": 100, "warmup": 0.2, "weight_decay": 0.01}"#

  static let layerKinds = LayerKind.all.flatMap { $0.kinds }
  static let neuronKinds = NeuronKind.all.map { $0.kind }
  static let lossKinds = CriterionKind.all.map { $0.kind }

  /// The keys whose values are the same in both objects.
  static func shared(_ one: JSONValue, _ other: JSONValue) -> Set<String> {
    guard case .object(let one) = one, case .object(let other) = other else { return [] }
    return Set(one.keys.filter { one[$0] == other[$0] })
  }

  /// Reads a network's description, as it is and as text, and expects it back.
  static func expectRoundTrip(_ description: JSONValue) throws {
    #expect(try Network(description).description == description)
    #expect(try Network(describedBy: description.text).description == description)
  }

  @Test(arguments: layerKinds)
  func layer(_ kind: String) throws {
    let layer = try #require(Self.layers[kind], "a new kind of layer: describe one here")
    let first = JSONValue.conv2d(.init(channels: 2, kernelHeight: 2, kernelWidth: 2), LIF())
    try Self.expectRoundTrip(
      .object([
        "input_shape": .list([.integer(1), .integer(9), .integer(9)]), "steps": .integer(4),
        "seed": .unsigned(.max), "encoder": Direct().description, "layers": .list([first, layer]),
      ]))
  }

  @Test(arguments: neuronKinds)
  func neuron(_ kind: String) throws {
    let text = try #require(Self.neurons[kind], "a new kind of neuron: describe one here")
    var reader = try DescriptionReader(JSONValue(parsing: text, "neuron"))
    let neuron = try NeuronKind.read(&reader)
    #expect(neuron.description.text == text)
    let defaults = try #require(Catalogue.defaults[kind])
    #expect(Self.shared(neuron.description, defaults) == ["kind"])
    try Self.expectRoundTrip(Network.dense([3, 4, 2], neuron).description)
  }

  @Test(arguments: lossKinds, Reading.allCases)
  func loss(_ kind: String, _ reading: Reading) throws {
    let constants = try #require(Self.losses[kind], "a new kind of loss: give its constants here")
    let text = #"{\#(constants)"kind": "\#(kind)", "reading": "\#(reading.rawValue)"}"#
    var reader = try DescriptionReader(JSONValue(parsing: text, "loss"))
    #expect(try Loss(&reader).description.text == text)
  }

  @Test func trainer() throws {
    var reader = try DescriptionReader(JSONValue(parsing: Self.trainer, "trainer"))
    let configuration = try TrainerConfiguration(&reader)
    #expect(configuration.description.text == Self.trainer)
    #expect(Self.shared(configuration.description, TrainerConfiguration().description) == [])
    // It goes into a file and comes back.
    let trainer = try Trainer(Network.dense([3, 2]), configuration)
    let copy = try Trainer.deserialized(trainer.serialized().bytes)
    #expect(copy.configuration.description.text == Self.trainer)
  }

  @Test func everySurrogateHasAName() throws {
    for surrogate in SurrogateKind.allCases {
      try Self.expectRoundTrip(Network.dense([3, 2], LIF.with { $0.surrogate = surrogate }).description)
    }
  }

  @Test func absentKeysOfNetworksAndLayersTakeTheDefaults() throws {
    let network = try Network(
      describedBy: #"{"input_shape": [1, 6, 6], "layers": ["#
        + #"{"kind": "conv2d", "channels": 2, "kernel_height": 3, "kernel_width": 3, "neuron": {"kind": "qlif"}}, "#
        + #"{"kind": "max_pool2d", "size": 2}, {"kind": "dense", "units": 2, "neuron": {"kind": "lif", "beta": 1}}]}"#
    )
    #expect(network.steps == 25 && network.seed == 0)
    let expected: [JSONValue] = [
      .conv2d(.init(channels: 2, kernelHeight: 3, kernelWidth: 3, stride: 1, padding: 0), QLIF()),
      .maxPool2d(2, stride: 2, ties: .first), .dense(2, LIF.with { $0.beta = 1 }),
    ]
    #expect(network.layers.map(\.description) == expected)
  }
}

@Suite struct CatalogueTests {
  static let kinds = Catalogue.defaults.keys.sorted()

  @Test func namesWhatThereIs() throws {
    #expect(
      Catalogue.kinds.text
        == #"{"encoder": ["direct"], "layer": ["dense", "conv2d", "max_pool2d", "avg_pool2d", "sum_pool2d"], "loss": ["cross_entropy", "mse", "huber"], "#
        + #""neuron": ["qlif", "lif", "alif", "synaptic"], "reading": ["membrane", "membrane_sum", "spike_count"], "#
        + #""readout": ["spike_count", "membrane"], "schedule": ["constant", "one_cycle", "cosine"], "#
        + #""surrogate": ["arctan", "fast_sigmoid", "sigmoid", "triangular"], "ties": ["first", "membrane"]}"#
    )
    #expect(
      Self.kinds == (RoundTripTests.neuronKinds + RoundTripTests.lossKinds + ["circuit", "trainer"]).sorted())
  }

  @Test(arguments: kinds)
  func defaultsAreAllowedAndComplete(_ kind: String) throws {
    let defaults = try #require(Catalogue.defaults[kind])
    try Catalogue.check(defaults, as: kind)
    try Catalogue.check(JSONValue(parsing: defaults.text, "defaults"), as: kind)
    try Catalogue.check(.object([:]), as: kind)
  }

  @Test func emptyDescriptionsAreTheDefaults() throws {
    for type in NeuronKind.all {
      var reader = try DescriptionReader(.object(["kind": .text(type.kind)]))
      #expect(try NeuronKind.read(&reader).description == Catalogue.defaults[type.kind])
    }
    for type in CriterionKind.all {
      var reader = try DescriptionReader(.object(["kind": .text(type.kind)]))
      #expect(try Loss(&reader).description == Catalogue.defaults[type.kind])
    }
    var reader = try DescriptionReader(.object([:]))
    #expect(try TrainerConfiguration(&reader).description == Catalogue.defaults["trainer"])
  }

  @Test(arguments: kinds)
  func everyKeyIsCheckedAndNamed(_ kind: String) throws {
    guard case .object(let constants)? = Catalogue.defaults[kind] else { return }
    #expect(!constants.isEmpty)
    for key in constants.keys {
      let message = StrictReadingTests.message {
        try Catalogue.check(.object([key: .list([])]), as: kind)
      }
      #expect(message.hasPrefix("\(key): [], expected"), "\(message)")
    }
    let message = StrictReadingTests.message {
      try Catalogue.check(.object(["colour": .integer(1)]), as: kind)
    }
    #expect(message.hasPrefix("colour: unknown, expected one of"), "\(message)")
  }

  @Test func anotherKindIsNotTheOneAskedFor() throws {
    for (kind, other) in [("qlif", "lif"), ("lif", "qlif"), ("mse", "cross_entropy")] {
      let message = StrictReadingTests.message {
        try Catalogue.check(.object(["kind": .text(other)]), as: kind)
      }
      #expect(message == "kind: \"\(other)\", expected \"\(kind)\"")
    }
    let message = StrictReadingTests.message { try Catalogue.check(.object([:]), as: "izhikevich") }
    #expect(message.hasPrefix("kind: \"izhikevich\", expected one of alif, circuit, cross_entropy"))
  }
}
