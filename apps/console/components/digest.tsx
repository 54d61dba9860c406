import { CopyButton } from "../ui/copyable.tsx";
import { cutMiddle } from "../ui/cut.ts";

/** A digest with both ends to the eye and the whole of it in the copy. */
export function Digest({ digest, label }: { digest: string; label: string }) {
  return (
    <span className="font-mono text-12 whitespace-nowrap">
      <span title={digest}>{cutMiddle(digest)}</span>
      <CopyButton text={digest} label={label} />
    </span>
  );
}
