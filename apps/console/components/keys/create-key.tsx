"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { CreateKeyForm } from "./create-key-form.tsx";
import { KeyText } from "./key-text.tsx";

/** Makes a key for an agent. An act of a person: keys make no keys. */
export function CreateKey({ identities }: { identities: readonly string[] }) {
  const queries = useQueryClient();
  const whyNot = useWhyNot("key:create");
  const [isAsking, setAsking] = useState(false);
  const [text, setText] = useState<string | null>(null);
  const close = () => {
    setAsking(false);
    setText(null);
  };
  return (
    <>
      <Button because={whyNot} onClick={() => setAsking(true)}>
        Make a key
      </Button>
      <Dialog
        label="Make a key"
        isOpen={isAsking}
        onClose={close}
        className="m-auto max-h-[calc(100%-32px)] w-[calc(100%-32px)] max-w-[560px] overflow-y-auto rounded"
      >
        {text === null ? (
          <CreateKeyForm
            identities={identities}
            onClose={close}
            onMade={async (key) => {
              setText(key);
              await queries.invalidateQueries({ queryKey: ["key.list"] });
            }}
          />
        ) : (
          <KeyText text={text} onClose={close}>
            Its agent asks with it from now on.
          </KeyText>
        )}
      </Dialog>
    </>
  );
}
