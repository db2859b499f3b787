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
      let crew = Crew.current
      if crew.take() {
        crew.run(tasks, helpers: threads - 1, body)
        crew.giveBack()
        return
      }
    }
    // One thread, or the crew is at work for another network: the caller does it all.
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

/// The helping threads of a process.
///
/// A round of work has a gate. It is open while tasks are handed out; helpers that come in are counted, and
/// the caller closes it when none is inside. A helper that wakes late finds it closed and costs nothing.
private final class Crew: @unchecked Sendable {
  private static let stored = Atomic<UInt>(0)

  /// The crew of this process. After a fork the child has none of its parent's threads: it makes its own, and
  /// what it inherited is left alone.
  static var current: Crew {
    let pid = getpid()
    let known = stored.load(ordering: .acquiring)
    if let crew = crew(at: known), crew.pid == pid { return crew }
    let fresh = Unmanaged.passRetained(Crew(pid: pid))
    let (exchanged, winner) = stored.compareExchange(
      expected: known, desired: UInt(bitPattern: fresh.toOpaque()), ordering: .acquiringAndReleasing)
    if exchanged { return fresh.takeUnretainedValue() }
    // Another thread was faster.
    let mine = fresh.takeRetainedValue()
    return crew(at: winner) ?? mine
  }

  private static func crew(at bits: UInt) -> Crew? {
    UnsafeRawPointer(bitPattern: bits).map { Unmanaged<Crew>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let closed = -1

  private let pid: pid_t
  private let isTaken = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var helperCount = 0

  /// Number of the current round; raised after its work is in place.
  private let round = Atomic<Int>(0)
  /// Helpers inside the gate, or `closed`.
  private let gate = Atomic<Int>(Crew.closed)
  /// The next task to hand out.
  private let next = Atomic<Int>(0)

  // Written while the gate is closed, read inside it.
  private var tasks = 0
  private var places = 0
  private var body: UnsafePointer<(Int) -> Void>?

  private init(pid: pid_t) {
    self.pid = pid
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  func take() -> Bool {
    isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  func giveBack() { isTaken.store(false, ordering: .releasing) }

  func run(_ tasks: Int, helpers: Int, _ body: (Int) -> Void) {
    while helperCount < helpers, startHelper() { helperCount += 1 }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { body in runRound(tasks, helpers: helpers, body) }
    }
  }

  private func runRound(_ tasks: Int, helpers: Int, _ body: UnsafePointer<(Int) -> Void>) {
    self.tasks = tasks
    self.places = helpers
    self.body = body
    next.store(0, ordering: .relaxed)
    gate.store(0, ordering: .releasing)
    pthread_mutex_lock(mutex)
    round.wrappingAdd(1, ordering: .releasing)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)

    work(tasks, body)

    var tries = 0
    while !gate.compareExchange(expected: 0, desired: Crew.closed, ordering: .acquiringAndReleasing).exchanged
    {
      tries += 1
      if tries > 2_000 { sched_yield() }
    }
    self.body = nil
  }

  /// Not inlined: what it retains of the closure, it releases before it returns, while the gate is held.
  @inline(never)
  private func work(_ tasks: Int, _ body: UnsafePointer<(Int) -> Void>) {
    while true {
      let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if task >= tasks { return }
      body.pointee(task)
    }
  }

  private func startHelper() -> Bool {
    var thread = pthread_t()
    var everySignal = sigset_t()
    var before = sigset_t()
    sigfillset(&everySignal)
    // Signals belong to the threads of the host program.
    pthread_sigmask(SIG_SETMASK, &everySignal, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let crew = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Crew>.fromOpaque(argument).takeUnretainedValue().help()
        return nil
      }, crew.toOpaque())
    guard failure == 0 else {
      crew.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  /// A helper's life.
  private func help() {
    var seen = 0
    while true {
      seen = waitForRound(after: seen)
      var inside = gate.load(ordering: .acquiring)
      while inside != Crew.closed {
        let (entered, now) = gate.compareExchange(
          expected: inside, desired: inside + 1, ordering: .acquiringAndReleasing)
        if entered {
          if inside < places, let body { work(tasks, body) }
          gate.wrappingSubtract(1, ordering: .releasing)
          break
        }
        inside = now
      }
    }
  }

  private func waitForRound(after seen: Int) -> Int {
    // The phases of a training step follow each other within microseconds: look for the next one a while
    // before going to sleep.
    for _ in 0..<200 {
      let current = round.load(ordering: .acquiring)
      if current != seen { return current }
      sched_yield()
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      let current = round.load(ordering: .acquiring)
      if current != seen { return current }
      pthread_cond_wait(wake, mutex)
    }
  }
}
