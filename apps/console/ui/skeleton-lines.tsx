const LINES = 8;

/** An outline of the right height while the first answer is on its way. */
export function SkeletonLines({ label, lines = LINES }: { label: string; lines?: number }) {
  return (
    <div role="status" aria-label={label} className="px-4 py-2 mid:px-6">
      {Array.from({ length: lines }, (_, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing tells one from the other
          key={index}
          className="flex h-9 items-center border-b border-line"
        >
          <span className="h-3 w-full max-w-[560px] rounded bg-wash" />
        </div>
      ))}
    </div>
  );
}
