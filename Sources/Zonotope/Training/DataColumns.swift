/// The columns of a file that a plan has to do with.
struct DataColumns<Rows: SampleRows> {
  /// Nil for sparse rows.
  var names: [String]?
  var target: TargetColumn
  var x: Rows
}
