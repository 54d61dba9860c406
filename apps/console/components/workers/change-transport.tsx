"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { WorkerHead } from "../../lib/worker-types.ts";
import { TextField } from "../../ui/text-field.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

const SECONDS_MAX = 120;
const SECONDS = "10";

/** Says where a worker is reached. What was decided for the address before does not start at it any more. */
export function ChangeTransport({ worker: { worker_id: id, transport } }: { worker: WorkerHead }) {
  const field = useId();
  const queries = useQueryClient();
  const [url, setUrl] = useState("");
  const [seconds, setSeconds] = useState(SECONDS);
  const isWhole = /^[1-9]\d{0,2}$/.test(seconds) && Number(seconds) <= SECONDS_MAX;
  return (
    <ActDialog
      opener={transport === null ? "Set the address" : "Change the address"}
      whyNot={useWhyNot("worker:set-transport")}
      title="Set the worker's address"
      submit="Set the address"
      failed="The address was not set"
      because={
        !/^https?:\/\/./.test(url)
          ? "It wants an address that begins with https:// or http://"
          : isWhole
            ? undefined
            : `It waits for 1 to ${SECONDS_MAX} seconds`
      }
      onOpen={() => {
        setUrl("");
        setSeconds(SECONDS);
      }}
      run={async () => {
        const timeout_ms = Number(seconds) * 1000;
        await hall.worker.set_transport.mutate({ worker_id: id, kind: "http", url, timeout_ms });
        await queries.invalidateQueries({ queryKey: ["worker.list"] });
      }}
    >
      <p className="text-13">
        Work and what is in it go there from the next decision on. Decisions and receipts name the address by
        its digest alone.
      </p>
      <TextField
        id={`${field}-url`}
        label="Address"
        type="url"
        value={url}
        maxLength={2048}
        onChange={(text) => setUrl(text.trim())}
        isCode
      />
      <TextField
        id={`${field}-seconds`}
        label="Seconds"
        hint="So long an answer is waited for."
        inputMode="numeric"
        value={seconds}
        maxLength={3}
        onChange={setSeconds}
      />
    </ActDialog>
  );
}
