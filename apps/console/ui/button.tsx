import type { ComponentProps } from "react";

type Look = "primary" | "plain" | "quiet";

const LOOK: Record<Look, string> = {
  primary: "bg-accent text-on-accent hover:brightness-110 border-transparent",
  plain: "border-edge bg-sheet text-ink hover:bg-wash",
  quiet: "border-transparent text-quiet hover:bg-wash hover:text-ink",
};

/** A button that cannot be pressed says why: `because` is its hint, and it stays reachable by keyboard. */
export function Button({
  look = "plain",
  because,
  className = "",
  onClick,
  ...props
}: ComponentProps<"button"> & { look?: Look; because?: string | undefined }) {
  const isOff = because !== undefined;
  return (
    <button
      type="button"
      {...props}
      {...(isOff ? { "aria-disabled": true, title: because } : { onClick })}
      className={`inline-flex h-8 items-center justify-center gap-2 rounded border px-3 text-13 font-medium whitespace-nowrap aria-disabled:cursor-not-allowed aria-disabled:opacity-60 ${LOOK[look]} ${className}`}
    />
  );
}
