import Synchronization

/// Things of which each thread borrows one while it works.
final class Pool<Element: AnyObject & Sendable>: Sendable {
  let all: [Element]
  private let idle: Mutex<[Element]>

  var count: Int { all.count }

  /// - Parameter count: as many as threads work at a time.
  init(_ count: Int, _ make: () throws(QLIFError) -> Element) throws(QLIFError) {
    var all: [Element] = []
    for _ in 0..<count { all.append(try make()) }
    self.all = all
    idle = Mutex(all)
  }

  func borrow(_ body: (Element) -> Void) {
    guard let element = idle.withLock({ $0.popLast() }) else {
      preconditionFailure("more threads than a pool has elements")
    }
    body(element)
    idle.withLock { $0.append(element) }
  }
}
