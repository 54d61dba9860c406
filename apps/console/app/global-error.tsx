"use client";

import "./styles.css";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";

/** The last resort: the frame itself could not be drawn. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <main role="alert">
          <Message level={1} mark="deny" title="The console failed">
            <p>Nothing of the Hall is affected: it decides and records without the console.</p>
            {error.digest && <p className="font-mono text-12">Report this: {error.digest}</p>}
            <Button onClick={() => window.location.reload()}>Load the page again</Button>
          </Message>
        </main>
      </body>
    </html>
  );
}
