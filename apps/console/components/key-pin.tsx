"use client";

import { useEffect, useState } from "react";
import { type KeyPin, originOf, replacePin } from "../lib/pinned-key.ts";
import { fingerprint, shortFingerprint } from "../lib/verify-here.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copyable.tsx";
import { Dialog } from "../ui/dialog.tsx";

/** Which key this browser checks with, and since when. */
export function KeyPinLine({ pin }: { pin: KeyPin }) {
  const today = pin.followed?.at(-1)?.verifierKey ?? pin.key;
  if (today !== pin.key)
    return (
      <p className="mb-2 text-13 text-quiet">
        Key <Fingerprint verifierKey={today} /> of {originOf(pin.key)}. The log's own entries lead to it from{" "}
        <Fingerprint verifierKey={pin.key} />, pinned in this browser on {onDay(pin.pinnedAt)}.
      </p>
    );
  return (
    <p className="mb-2 text-13 text-quiet">
      Key <Fingerprint verifierKey={pin.key} /> of {originOf(pin.key)},{" "}
      {pin.status === "first"
        ? "pinned in this browser just now, at first use"
        : `pinned in this browser on ${onDay(pin.pinnedAt)}`}
      .
    </p>
  );
}

/** The Hall offers a key that the log does not lead to: nothing is checked until a person has compared the two. */
export function KeyChanged({
  pin,
  onReplaced,
}: {
  pin: KeyPin & { status: "changed" };
  onReplaced: () => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const origin = originOf(pin.offered);
  return (
    <div role="alert" className="space-y-3 border-l-2 border-deny bg-deny-wash px-4 py-3 text-13">
      <p className="font-semibold">The key of {origin} has changed.</p>
      <p>
        Pinned on {onDay(pin.pinnedAt)}: <Fingerprint verifierKey={pin.key} />. Offered now:{" "}
        <Fingerprint verifierKey={pin.offered} />. The log does not lead from the one to the other
        {pin.because !== null && ` (${pin.because})`}. Until somebody has compared them, this browser checks
        nothing of this Hall.
      </p>
      <Button onClick={() => setAsking(true)}>Compare and pin the new key</Button>
      <ReplaceKey
        pin={pin}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onReplaced={() => {
          replacePin(window.localStorage, origin, pin.offered, new Date().toISOString());
          setAsking(false);
          onReplaced();
        }}
      />
    </div>
  );
}

function ReplaceKey({
  pin,
  isOpen,
  onClose,
  onReplaced,
}: {
  pin: KeyPin & { status: "changed" };
  isOpen: boolean;
  onClose: () => void;
  onReplaced: () => void;
}) {
  const [typed, setTyped] = useState("");
  const offered = useFingerprint(pin.offered);
  const isSame = offered !== null && typed.replaceAll(/\s/g, "").toLowerCase() === offered.slice(0, 16);
  return (
    <Dialog
      label="Pin the new key"
      isOpen={isOpen}
      onClose={onClose}
      className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
    >
      <form
        method="dialog"
        className="space-y-4 p-6"
        onSubmit={(event) => {
          event.preventDefault();
          if (isSame) onReplaced();
        }}
      >
        <h2 className="text-20">Pin the new key</h2>
        <p>
          Get the new fingerprint from the operator of the Hall by another road than this page, and type its
          first 16 digits. From then on this browser refuses receipts under the old key.
        </p>
        <label className="block">
          <span className="block text-13 font-medium">Fingerprint, from the operator</span>
          <input
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            className="mt-1 h-9 w-full rounded border border-edge bg-paper px-2 font-mono text-14"
          />
        </label>
        <div className="flex gap-2">
          <Button
            type="submit"
            look="primary"
            because={isSame ? undefined : "What is typed is not the fingerprint of the offered key"}
          >
            Pin the new key
          </Button>
          <Button onClick={onClose}>Keep the old one</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The first 64 bits to the eye, all 256 in the copy. */
export function Fingerprint({ verifierKey, isWhole = false }: { verifierKey: string; isWhole?: boolean }) {
  const hex = useFingerprint(verifierKey);
  if (hex === null) return <span className="font-mono">…</span>;
  return (
    <span className="font-mono text-12 text-ink">
      <span title={hex} className={isWhole ? "[overflow-wrap:anywhere]" : "whitespace-nowrap"}>
        {isWhole ? (hex.match(/.{4}/g)?.join(" ") ?? hex) : shortFingerprint(hex)}
      </span>
      <CopyButton text={hex} label="fingerprint of the key" />
    </span>
  );
}

function useFingerprint(verifierKey: string): string | null {
  const [hex, setHex] = useState<string | null>(null);
  useEffect(() => {
    let isCurrent = true;
    fingerprint(verifierKey).then(
      (value) => isCurrent && setHex(value),
      () => isCurrent && setHex(null),
    );
    return () => {
      isCurrent = false;
    };
  }, [verifierKey]);
  return hex;
}

function onDay(instant: string): string {
  return `${instant.slice(0, 10)} at ${instant.slice(11, 16)} UTC`;
}
