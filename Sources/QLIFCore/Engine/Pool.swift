import Glibc

/// Things of which each thread borrows one while it works.
///
/// The lock is one that sanitizers of threads know.
final class Pool<Element: AnyObject & Sendable>: @unchecked Sendable {
  let all: [Element]
  private var idle: [Element]
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  var count: Int { all.count }

  /// - Parameter count: as many as threads work at a time.
  init(_ count: Int, _ make: () throws(QLIFError) -> Element) throws(QLIFError) {
    var all: [Element] = []
    for _ in 0..<count { all.append(try make()) }
    self.all = all
    idle = all
    // Last, as nothing frees it where `make` throws.
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func borrow(_ body: (Element) -> Void) {
    guard let element = locked({ idle.popLast() }) else {
      preconditionFailure("more threads than a pool has elements")
    }
    body(element)
    locked { idle.append(element) }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
