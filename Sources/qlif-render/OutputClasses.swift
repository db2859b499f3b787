/// What the outputs of a network stand for: the classes as `predict` names them.
struct OutputClasses {
  /// In the order of the outputs.
  let names: [String]
  /// What a data set calls its classes, in words and by number.
  private let words: [String]

  /// - Parameters:
  ///   - model: the names that its file holds, nil where it holds none.
  ///   - outputs: how many there are.
  ///   - dataset: the words of the data set that the input is from; empty without.
  init(model: [String]?, outputs: Int, dataset: [String]) {
    names = model ?? (0..<outputs).map(String.init)
    // Numbers that nobody gave a meaning are the data set's only where there are as many.
    words = model != nil || dataset.count == outputs ? dataset : []
  }

  /// "bee", "9", or "9 (Ankle boot)" where the class is a data set's number.
  subscript(output: Int) -> String {
    let name = names[output]
    guard let number = Int(name), words.indices.contains(number) else { return name }
    return "\(name) (\(words[number]))"
  }

  /// The same, with an end to long names.
  func short(_ output: Int) -> String {
    let name = self[output]
    return name.count <= 24 ? name : name.prefix(23) + "…"
  }

  /// The output of a class that is given as the model names it, or as the data set names or numbers it.
  func output(of label: String) -> Int? {
    if let output = names.firstIndex(of: label) { return output }
    if let number = Double(label), let output = names.firstIndex(where: { Double($0) == number }) {
      return output
    }
    guard let number = Int(label), words.indices.contains(number) else { return nil }
    return names.firstIndex(of: words[number])
  }

  /// For a message: all of a few, else the first and the last.
  var listed: String {
    names.count <= 12
      ? names.joined(separator: ", ") : "\(names[0]) ... \(names[names.count - 1]), \(names.count) in all"
  }
}
