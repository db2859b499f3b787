import CMachine
import Glibc
import Synchronization

/// The threads that one call may spread its work over.
///
/// Work is divided by its own shape, never by the number of threads, and each part writes only its own
/// results: they are the same bits on any number of threads. Threads start when first needed.
package enum Threads {
  private static let requested = Atomic<Int>(0)

  /// Threads in force: as many as were asked for, else as many as this process is granted.
  package static var count: Int {
    let asked = requested.load(ordering: .relaxed)
    return asked > 0 ? asked : granted
  }

  private static let most = 1024

  /// - Throws: where `count` is not in 0 ... 1024; 0 means as many as this process is granted.
  package static func setCount(_ count: Int) throws(QLIFError) {
    guard (0...most).contains(count) else {
      throw .invalid("count: \(count) threads, expected 0 (as many as granted) to \(most)")
    }
    requested.store(count, ordering: .relaxed)
  }

  /// Calls `body` once for each of `0 ..< tasks`, on several threads at a time.
  static func run(_ tasks: Int, atMost most: Int = .max, _ body: (Int) -> Void) {
    let threads = min(count, tasks, most)
    if threads > 1 {
      let pool = ThreadPool.current
      if pool.acquire() {
        pool.run(tasks, helpers: threads - 1, body)
        pool.release()
        return
      }
    }
    // One thread, or the pool is at work for another network: the caller does it all.
    for task in 0..<tasks { body(task) }
  }

  /// The least of the cores that this process may run on, of the time that its control groups grant it, and of the
  /// two environment variables: schedulers of many processes (joblib, Dask) tell each its part by the first.
  private static let granted = [
    Int(machine_core_count()), Int(machine_core_quota("")),
    // It may hold one number for each level of nesting.
    environment("OMP_NUM_THREADS").flatMap { count($0.prefix { $0 != "," }) } ?? most,
    environment(variable).flatMap { count($0[...]) } ?? most,
  ].reduce(most, min)

  private static let variable = "QLIF_NUM_THREADS"

  private static func count(_ text: Substring) -> Int? {
    let digits = text.drop { $0 == " " }.prefix { $0 != " " }
    return Int(digits).flatMap { $0 >= 1 ? $0 : nil }
  }

  /// - Throws: where `QLIF_NUM_THREADS` is no number of threads. `OMP_NUM_THREADS` is not ours to judge.
  static func check() throws(QLIFError) {
    guard let text = environment(variable), !(1...most).contains(count(text[...]) ?? 0) else { return }
    throw .invalid("\(variable): \"\(text)\", expected 1 to \(most)")
  }
}
