import type { BundlePlace } from "../../../lib/bundle-place.ts";
import type { EditorHandle } from "../editor/bundle-editor.tsx";
import type { DraftText } from "../use-draft-text.ts";
import type { ReviewState } from "../use-review.ts";

/** What every panel beside the editor may look at. */
export interface PanelProps {
  text: DraftText;
  review: ReviewState;
  place: BundlePlace | null;
  goTo: EditorHandle["goTo"];
}
