extension Trainable {
  /// Trains on a thread of its own while the calling task waits; other tasks go on.
  ///
  /// When the task is cancelled, training stops within one iteration and returns, rather than throws: the result is
  /// the best network so far, its status `cancelled`, with a bound like any other. A task that was cancelled before
  /// takes no step at all. A `cancellation` in the settings stays in force, and is set when the task is cancelled.
  ///
  /// - Throws: misuse only, before any work; ``ZonotopeError/inputOutput(path:reason:)`` when there is no thread.
  public func train(
    on data: LabelledRows<Rows>, loss: some Loss, beta: Beta,
    settings: SolverSettings = SolverSettings()
  ) async throws(ZonotopeError) -> TrainingOutcome<Network> {
    let cancellation = settings.cancellation ?? Cancellation()
    var cancellable = settings
    cancellable.cancellation = cancellation
    let own = cancellable
    let result: Result<TrainingOutcome<Network>, ZonotopeError> = await withTaskCancellationHandler {
      do throws(ZonotopeError) {
        return .success(
          try await OwnThread.run { () throws(ZonotopeError) in
            try train(on: data, loss: loss, beta: beta, settings: own)
          })
      } catch {
        return .failure(error)
      }
    } onCancel: {
      cancellation.cancel()
    }
    return try result.get()
  }
}
