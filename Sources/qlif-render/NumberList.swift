import ArgumentParser

/// Numbers as a user writes them: "0.3" or "0.3,-1,2e-3".
struct NumberList: ExpressibleByArgument, Equatable {
  let numbers: [Double]

  init(numbers: [Double]) { self.numbers = numbers }

  init?(argument: String) {
    var numbers: [Double] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Double(part), number.isFinite else { return nil }
      numbers.append(number)
    }
    self.numbers = numbers
  }

  /// As many as `count`: a single one stands for all. `name` is for the message.
  func repeated(_ count: Int, _ name: String) throws -> [Double] {
    if numbers.count == 1 { return Array(repeating: numbers[0], count: count) }
    guard numbers.count == count else {
      throw RenderError("\(name) has \(numbers.count) values, expected \(count) or one")
    }
    return numbers
  }
}
