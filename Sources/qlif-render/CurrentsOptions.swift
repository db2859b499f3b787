import ArgumentParser
import QLIFCore
import QLIFData
import QLIFFiles

/// The currents that neurons receive: as numbers, or as a model makes them of an input.
struct CurrentsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The drive u: above 0 it turns the qubit, else the neuron leaks. One number for each step, or for all.",
      valueName: "numbers"))
  var drive: NumberList?

  @Option(
    help: ArgumentHelp(
      "The delay v: how long the neuron leaks. As --drive; default: 0.", valueName: "numbers"))
  var delay: NumberList?

  @Option(
    help: ArgumentHelp(
      "An input spike train, such as 1,1,0,1: the neuron gets the drive where there is a spike, and leaks by the delay elsewhere.",
      valueName: "0s and 1s"))
  var spikes: NumberList?

  @Option(help: "How many steps, where the currents are the same at all of them.")
  var steps: Int?

  @OptionGroup(title: "The neuron's constants, where no model gives them")
  var constants: NeuronOptions

  @Option(help: ArgumentHelp("The network, a .safetensors file, in place of numbers.", valueName: "file"))
  var model: FilePath?

  @Option(help: "The model's layer, counted from 0.")
  var layer: Int?

  @Option(
    name: [.customLong("neurons"), .customLong("neuron")],
    help: ArgumentHelp("The layer's neurons, such as 3, 1,5,9 or 0-9.", valueName: "list"))
  var neurons: IndexList?

  @OptionGroup(title: "What the model sees") var input: InputOptions

  /// Neurons of one kind, and what they receive.
  struct Currents {
    var neuron: QLIF
    /// `[steps][neurons]`
    var drive: [[Double]]
    var delay: [[Double]]
    /// What a title calls the neurons.
    var name: String
    /// What a title calls what they receive; may be empty.
    var source: String
    /// Of the model, where there is one.
    var sha256: String?
  }

  /// Whether anything that makes currents is given; a threshold does not.
  var isGiven: Bool {
    var others = constants
    others.threshold = nil
    return drive != nil || delay != nil || spikes != nil || steps != nil || model != nil || others.isGiven
  }

  func validate() throws {
    let hasNumbers = drive != nil || delay != nil || spikes != nil || steps != nil || constants.isGiven
    if model != nil, hasNumbers {
      throw ValidationError(
        "a model gives currents and constants: expected --model without --drive and the like")
    }
    if model == nil, input.isGiven || layer != nil || neurons != nil {
      throw ValidationError("an input, --layer and --neurons go with --model")
    }
    if model != nil, layer == nil { throw ValidationError("--model needs --layer") }
    if let steps, !(1...100_000).contains(steps) {
      throw ValidationError("--steps \(steps) is not between 1 and 100000")
    }
    if spikes != nil, drive?.numbers.count ?? 0 > 1 || delay?.numbers.count ?? 0 > 1 || steps != nil {
      throw ValidationError("with --spikes, expected one number each for --drive and --delay, and no --steps")
    }
    if let spikes, spikes.numbers.contains(where: { $0 != 0 && $0 != 1 }) {
      throw ValidationError("--spikes holds something else than 0 and 1")
    }
  }

  /// The currents of the steps of one neuron, or of neurons of a layer of a model.
  func load() throws -> Currents {
    if let model { return try fromModel(Model(path: model)) }
    let (drive, delay) = try numbers()
    return Currents(
      neuron: constants.neuron, drive: drive.map { [$0] }, delay: delay.map { [$0] }, name: "a QLIF neuron",
      source: "")
  }

  /// The given numbers, as many drives as delays.
  func numbers() throws -> (drive: [Double], delay: [Double]) {
    guard let drive else {
      throw RenderError("currents are missing: give --drive, or --model with --layer and an input")
    }
    let delay = delay ?? NumberList(numbers: [0])
    if let spikes = spikes?.numbers {
      return (
        spikes.map { $0 == 1 ? drive.numbers[0] : 0 }, spikes.map { $0 == 1 ? 0 : delay.numbers[0] }
      )
    }
    let count = steps ?? max(drive.numbers.count, delay.numbers.count)
    return (try drive.repeated(count, "--drive"), try delay.repeated(count, "--delay"))
  }

  /// What neurons of the model's layer remember and receive at a step.
  func modelStep(_ step: Int) throws -> LayerStep {
    guard let path = model else { throw RenderError("--step goes with --model") }
    let model = try Model(path: path)
    let (layer, chosen) = try neurons(of: model)
    var found = try model.layerStep(step, ofLayer: layer, for: input.load(for: model))
    found.alpha = chosen.map { found.alpha[$0] }
    found.drive = chosen.map { found.drive[$0] }
    found.delay = chosen.map { found.delay[$0] }
    return found
  }

  /// The model's layer, and its neurons that are asked for.
  private func neurons(of model: Model) throws -> (layer: Int, chosen: [Int]) {
    let layer = layer ?? 0
    try model.check(layer: layer)
    try neurons?.check(below: model.neurons(inLayer: layer), "neuron", "layer \(layer)")
    return (layer, neurons?.indices ?? Array(0..<model.neurons(inLayer: layer)))
  }

  private func fromModel(_ model: Model) throws -> Currents {
    let (layer, chosen) = try neurons(of: model)
    let choice = try input.load(for: model)
    let (neuron, drive, delay) = try model.currents(ofLayer: layer, neurons: chosen, for: choice)
    let name =
      chosen.count == 1
      ? "neuron \(chosen[0]) of layer \(layer)"
        + model.ofClass(neuron: chosen[0], layer: layer, choice.classes)
      : "\(chosen.count) neurons of layer \(layer)"
    return Currents(
      neuron: neuron, drive: drive, delay: delay, name: name,
      source: "\(model.name) for \(choice.name)\(choice.ofClass)",
      sha256: model.sha256)
  }
}
