import Testing

@testable import QLIFCore

/// What a description may not say, and that the error names the place, the value and what was expected.
@Suite struct StrictReadingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    /// The description, and the beginning of its error.
    var text: String
    var message: String
    var testDescription: String { message }

    init(_ text: String, _ message: String) {
      self.text = text
      self.message = message
    }

    /// A network whose second layer is `layer`, after a layer of planes.
    static func layer(_ layer: String, _ message: String) -> Case {
      Case(
        #"{"input_shape": [1, 6, 6], "layers": [{"kind": "conv2d", "channels": 2, "kernel_height": 2, "#
          + #""kernel_width": 2, "neuron": {"kind": "lif"}}, \#(layer)]}"#, "layers[1]\(message)")
    }

    /// A dense layer of a neuron with some constants.
    static func neuron(_ kind: String, _ constants: String, _ message: String) -> Case {
      layer(
        #"{"kind": "dense", "units": 3, "neuron": {"kind": "\#(kind)", \#(constants)}}"#, ".neuron.\(message)"
      )
    }
  }

  static let networks: [Case] = {
    let dense = #"[{"kind": "dense", "units": 3, "neuron": {"kind": "lif"}}]"#
    return [
      Case("{", "description: it is no valid JSON from byte 1 on: "),
      Case("[1, 2]", "description: [1, 2], expected an object of keys and values"),
      Case("{}", "input_shape: missing, expected a list of 1 to 3 sizes of 1 or more"),
      Case(#"{"input_shape": [4]}"#, "layers: missing, expected a list of 1 to 1000"),
      Case(#"{"input_shape": [4], "layers": []}"#, "layers: [], expected a list of 1 to 1000"),
      Case(#"{"input_shape": [4], "layers": {}}"#, "layers: {}, expected a list of 1 to 1000"),
      Case(
        #"{"input_shape": [4], "layers": \#(dense), "step": 3}"#,
        "step: unknown, expected one of encoder, input_shape, layers, seed, steps"),
      Case(#"{"input_shape": 4, "layers": \#(dense)}"#, "input_shape: 4, expected a list of 1 to 3 sizes"),
      Case(#"{"input_shape": [], "layers": \#(dense)}"#, "input_shape: [], expected a list of 1 to 3"),
      Case(#"{"input_shape": [1, 1, 1, 1], "layers": \#(dense)}"#, "input_shape: [1, 1, 1, 1], expected"),
      Case(#"{"input_shape": [0], "layers": \#(dense)}"#, "input_shape: [0], expected a list of 1 to 3"),
      Case(#"{"input_shape": [2.5], "layers": \#(dense)}"#, "input_shape: [2.5], expected a list of 1 to 3"),
      Case(
        #"{"input_shape": [4], "steps": 0, "layers": \#(dense)}"#, "steps: 0, expected 1 to 16777216"),
      Case(
        #"{"input_shape": [4], "steps": "9", "layers": \#(dense)}"#,
        "steps: \"9\", expected a whole number, 1 to 16777216"),
      Case(
        #"{"input_shape": [4], "seed": -1, "layers": \#(dense)}"#,
        "seed: -1, expected a whole number, 0 to 2^64 - 1"),
      Case(
        #"{"input_shape": [4], "seed": 18446744073709551616, "layers": \#(dense)}"#,
        "seed: 1.8446744073709552e+19, expected a whole number"),
    ]
  }()

  static let layers: [Case] = [
    .layer("3", ": 3, expected an object of keys and values"),
    .layer("{}", ".kind: missing, expected one of dense, conv2d, max_pool2d, avg_pool2d"),
    .layer(#"{"kind": "Dense"}"#, ".kind: \"Dense\", expected one of dense, conv2d, max_pool2d, avg_pool2d"),
    .layer(#"{"kind": 1}"#, ".kind: 1, expected one of dense, conv2d"),
    .layer(#"{"kind": "dense", "units": 3}"#, ".neuron: missing, expected an object with the key kind"),
    .layer(#"{"kind": "dense", "units": 3, "neuron": "lif"}"#, ".neuron: \"lif\", expected an object"),
    .layer(
      #"{"kind": "dense", "units": 3, "neuron": {}}"#, ".neuron.kind: missing, expected one of qlif, lif"),
    .layer(#"{"kind": "dense", "neuron": {"kind": "lif"}}"#, ".units: missing, expected 1 or more"),
    .layer(#"{"kind": "dense", "units": 0, "neuron": {"kind": "lif"}}"#, ".units: 0, expected 1 or more"),
    .layer(
      #"{"kind": "dense", "units": 2.5, "neuron": {"kind": "lif"}}"#,
      ".units: 2.5, expected a whole number, 1 or more"),
    .layer(
      #"{"kind": "dense", "units": 3, "neuron": {"kind": "lif"}, "padding": 1}"#,
      ".padding: unknown, expected one of kind, neuron, units"),
    .layer(
      #"{"kind": "conv2d", "channels": 1, "kernel_height": 2, "neuron": {"kind": "lif"}}"#,
      ".kernel_width: missing, expected 1 or more"),
    .layer(
      #"{"kind": "conv2d", "channels": 1, "kernel_height": 2, "kernel_width": 2, "padding": 2, "neuron": {"kind": "lif"}}"#,
      ".padding: 2, expected less than the kernel's 2 x 2"),
    .layer(
      #"{"kind": "conv2d", "channels": 1, "kernel_height": 2, "kernel_width": 2, "stride": 65537, "neuron": {"kind": "lif"}}"#,
      ".stride: 65537, expected 1 to 65536"),
    .layer(#"{"kind": "max_pool2d"}"#, ".size: missing, expected 1 or more"),
    .layer(#"{"kind": "max_pool2d", "size": 2, "stride": 0}"#, ".stride: 0, expected 1 or more"),
    .layer(
      #"{"kind": "max_pool2d", "size": 2, "ties": "last"}"#,
      ".ties: \"last\", expected one of first, membrane"),
    .layer(
      #"{"kind": "avg_pool2d", "size": 2, "stride": 2}"#, ".stride: unknown, expected one of kind, size"),
    .layer(
      #"{"kind": "avg_pool2d", "size": 2, "neuron": {"kind": "lif"}}"#,
      ".neuron: unknown, expected one of kind, size"),
  ]

  static let neurons: [Case] = [
    .neuron("qlif", #""threshold": 1.5"#, "threshold: 1.5, expected in (0, 1)"),
    .neuron("qlif", #""threshold": "high""#, "threshold: \"high\", expected a number in (0, 1)"),
    .neuron("qlif", #""threshold": null"#, "threshold: null, expected a number in (0, 1)"),
    .neuron("qlif", #""t1": 1e300"#, "t1: 1e+300, beyond the range of float32"),
    .neuron(
      "qlif", #""t1": 1e-30, "delay_scale": 1e30"#, "delay_scale / t1: inf, expected finite"),
    .neuron("qlif", #""refractory": 1"#, "refractory: 1, expected true or false"),
    .neuron("qlif", #""leak": "none""#, "leak: \"none\", expected one of relaxation, published, rotation"),
    .neuron("qlif", #""leak": null"#, "leak: null, expected one of relaxation, published, rotation"),
    // A kind takes no constants of the other.
    .neuron("lif", #""t1": 60"#, "t1: unknown, expected one of beta, dropout, kind, reset, slope, surrogate"),
    .neuron("lif", #""beta": -0.1"#, "beta: -0.1, expected in [0, 1]"),
    .neuron("lif", #""dropout": true"#, "dropout: true, expected a number in [0, 1)"),
  ]

  static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test(arguments: networks + layers + neurons)
  func networksSayWhereTheyAreWrong(_ test: Case) {
    let message = Self.message { _ = try Network(describedBy: test.text) }
    #expect(message.hasPrefix(test.message), "\(message)")
  }

  @Test(arguments: [
    Case(#"{"optimizer": "adam"}"#, "optimizer: unknown, expected one of beta1, beta2, clip_norm"),
    Case(#"{"kind": "trainer"}"#, "kind: unknown, expected one of"),
    Case(#"{"learning_rate": 0}"#, "learning_rate: 0.0, expected above 0"),
    Case(#"{"schedule": "cosine"}"#, "total_steps: 0, expected 1 or more for the schedule cosine"),
    Case(#"{"total_steps": -1}"#, "total_steps: -1, expected 0 or more"),
    Case(#"{"loss": "mse"}"#, "loss: \"mse\", expected an object"),
    Case(#"{"loss": {"kind": "mae"}}"#, "loss.kind: \"mae\", expected one of cross_entropy, mse"),
    Case(#"{"loss": {"kind": "mse", "margin": 1}}"#, "loss.margin: unknown, expected one of kind, reading"),
    Case(
      #"{"loss": {"kind": "mse", "reading": "spikes"}}"#,
      "loss.reading: \"spikes\", expected one of membrane, membrane_sum, spike_count"),
  ])
  func trainersSayWhereTheyAreWrong(_ test: Case) {
    let message = Self.message {
      var reader = try DescriptionReader(JSONValue(parsing: test.text, "description"))
      _ = try TrainerConfiguration(&reader)
    }
    #expect(message.hasPrefix(test.message), "\(message)")
  }

  @Test(arguments: [
    Case(#"{"memory": "coherent"}"#, "memory: unknown, expected one of clock, leak_form, neuron"),
    Case(#"{"clock": null}"#, "clock: null, expected one of relative, absolute"),
    Case(#"{"neuron": {"kind": "lif"}}"#, "neuron.kind: a circuit is of QLIF neurons, expected qlif"),
    Case(#"{"neuron": {"kind": "qlif", "slope": -1}}"#, "neuron.slope: -1.0, expected above 0"),
    Case(
      #"{"neuron": {"kind": "qlif", "leak": "published"}, "leak_form": "delay"}"#,
      "leak_form: the neuron's leak is published, no delay: expected rotation"),
  ])
  func circuitsSayWhereTheyAreWrong(_ test: Case) {
    let message = Self.message {
      var reader = try DescriptionReader(JSONValue(parsing: test.text, "description"))
      _ = try QubitCircuit(&reader, QubitNoise())
    }
    #expect(message.hasPrefix(test.message), "\(message)")
  }

  @Test func aTextThatIsTooLongIsNotRead() {
    let text = String(repeating: " ", count: JSONValue.longestText + 1)
    #expect(
      Self.message { _ = try JSONValue(parsing: text, "loss") }.hasPrefix("loss: a text of 1048577 bytes"))
  }
}
