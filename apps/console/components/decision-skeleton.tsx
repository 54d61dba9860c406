const ROWS = 15;

/** A decision's outline while it is read. */
export function DecisionSkeleton() {
  return (
    <div role="status" aria-label="Reading the decision" className="px-4 py-6 mid:px-6">
      <div className="flex items-start justify-between">
        <div className="space-y-3 pt-6">
          <div className="h-5 w-32 rounded bg-wash" />
          <div className="h-4 w-56 rounded bg-wash" />
        </div>
        <div className="size-28 rounded-full border border-dashed border-edge" />
      </div>
      <ul aria-hidden className="mt-10 space-y-4">
        {Array.from({ length: ROWS }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing tells one from the other
          <li key={index} className="flex items-center gap-4">
            <span className="size-3 rounded-full bg-wash" />
            <span className="h-3 w-3/4 rounded bg-wash" />
          </li>
        ))}
      </ul>
    </div>
  );
}
