/**
 * What the edit dialogs share. Each dialog loads this file as a plain script, so the one global is kept if it is
 * already there and everything else stays inside the function.
 */
interface EwsDialog {
  /** Node types whose dialogs have announced themselves, for the editor tests. */
  readonly dialogs: Set<string>;
}

interface Window {
  ewsDialog?: EwsDialog;
}

window.ewsDialog ??= ((): EwsDialog => {
  return { dialogs: new Set() };
})();
