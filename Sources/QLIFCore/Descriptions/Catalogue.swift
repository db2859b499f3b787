/// What there is to describe: the kinds by name, and their defaults.
package enum Catalogue {
  /// The names of each sort of thing, as a JSON object of lists.
  package static var kinds: JSONValue {
    func names<Name: CaseIterable & RawRepresentable<String>>(_ type: Name.Type) -> [String] {
      Name.allCases.map(\.rawValue)
    }
    let lists = [
      "neuron": NeuronKind.all.map { $0.kind }, "layer": LayerKind.all.flatMap { $0.kinds },
      "loss": CriterionKind.all.map { $0.kind }, "reading": names(Reading.self),
      "readout": names(Readout.self),
      "schedule": names(Schedule.self), "surrogate": names(SurrogateKind.self),
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
}
