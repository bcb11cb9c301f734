#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Long work of an asynchronous function. The threads of the cooperative pool are as many as processors: a solve on
/// one of them would keep other tasks waiting.
enum OwnThread {
  /// Runs `body` on a new thread and returns what it returns.
  static func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws(ZonotopeError) -> Value
  ) async throws(ZonotopeError) -> Value {
    let result: Result<Value, ZonotopeError> = await withCheckedContinuation { continuation in
      let work = Work { continuation.resume(returning: Result(catching: body)) }
      let status = start(work)
      if status != 0 { continuation.resume(returning: .failure(.system("a new thread", status))) }
    }
    return try result.get()
  }

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  private static func start(_ work: Work) -> Int32 {
    var handle = pthread_t()
    let argument = Unmanaged.passRetained(work)
    let status = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, argument.toOpaque())
    if status == 0 {
      pthread_detach(handle)
    } else {
      argument.release()
    }
    return status
  }
}
