/// What there is to describe: the kinds by name, and their defaults.
package enum Catalogue {
  /// The names of each sort of thing, as a JSON object of lists.
  package static var kinds: JSONValue {
    func names<Name: CaseIterable & RawRepresentable<String>>(_ type: Name.Type) -> [String] {
      Name.allCases.map(\.rawValue)
    }
    let lists = [
      "neuron": NeuronKind.all.map { $0.kind }, "layer": LayerKind.all.flatMap { $0.kinds },
      "encoder": EncoderKind.all.map { $0.kind }, "loss": CriterionKind.all.map { $0.kind },
      "reading": names(Reading.self),
      "readout": names(Readout.self),
      "schedule": names(Schedule.self), "surrogate": names(SurrogateKind.self),
      "ties": names(MaxPool2d.Ties.self),
    ]
    return .object(lists.mapValues { .list($0.map { .text($0) }) })
  }

  /// The defaults of each kind of neuron and loss, of a trainer and of a circuit.
  package static var defaults: [String: JSONValue] {
    var all: [String: JSONValue] = [
      "trainer": TrainerConfiguration().description,
      "circuit": .object(
        QubitCircuit.Settings().constants.merging(["neuron": QLIF().description]) { own, _ in own }),
    ]
    for type in NeuronKind.all { all[type.kind] = type.init().description }
    for type in CriterionKind.all { all[type.kind] = Loss(type.init()).description }
    return all
  }

  package static func unknown(_ kind: String) -> QLIFError {
    .invalid(
      "kind: \"\(kind.prefix(60))\", expected one of \(defaults.keys.sorted().joined(separator: ", "))")
  }

  /// - Throws: where the description is not one of the kind, whose key `kind` it may leave out.
  package static func check(_ description: JSONValue, as kind: String) throws(QLIFError) {
    guard case .object(var keys) = description else {
      throw .invalid("description: \(description.excerpt), expected an object of keys and values")
    }
    if kind == "trainer" || kind == "circuit" {
      var reader = try DescriptionReader(description)
      if kind == "trainer" {
        _ = try TrainerConfiguration(&reader)
      } else {
        _ = try QubitCircuit(&reader, QubitNoise())
      }
      return
    }
    let isNeuron = NeuronKind.all.contains { $0.kind == kind }
    guard isNeuron || CriterionKind.all.contains(where: { $0.kind == kind }) else { throw unknown(kind) }
    let given = keys["kind"] ?? .text(kind)
    guard given == .text(kind) else { throw .invalid("kind: \(given.excerpt), expected \"\(kind)\"") }
    keys["kind"] = given
    var reader = try DescriptionReader(.object(keys))
    if isNeuron { _ = try NeuronKind.read(&reader) } else { _ = try Loss(&reader) }
  }
}
