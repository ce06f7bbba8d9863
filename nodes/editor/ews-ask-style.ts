/** How what asks the runtime looks: the steps of a test, the tree of folders. */
if ($('#ews-ask-style').length === 0) {
  $('<style id="ews-ask-style">')
    .text(
      `
.ews-only-heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.ews-good { color: var(--red-ui-text-color-success, var(--red-ui-primary-text-color)); }
.ews-test { margin: 18px 0 0; }
.ews-confirmed { list-style: none; margin: 6px 0 0; padding: 0; }
.ews-confirmed:empty { display: none; }
.ews-discover-offers p { margin: 8px 0 6px; max-width: none; }
.ews-discover-offers:not(:empty) { margin: 8px 0 0; }
.ews-discover-offers button { margin-right: 6px; }
.ews-ask-summary { margin-left: 8px; }
.ews-dialog .ews-steps { list-style: none; margin: 10px 0 0; padding: 0; border: 1px solid var(--red-ui-secondary-border-color); border-radius: 4px; }
.ews-step { display: flex; gap: 8px; align-items: baseline; padding: 6px 8px; border-top: 1px solid var(--red-ui-secondary-border-color); }
.ews-step:first-child { border-top: none; }
.ews-step .fa { flex: 0 0 14px; text-align: center; }
.ews-step b { flex: 0 0 90px; font-weight: 500; }
.ews-step-told { flex: 1 1 0; min-width: 0; overflow-wrap: anywhere; }
.ews-step code, .ews-confirmed code { padding: 0; border: none; background: none; color: inherit; white-space: normal; overflow-wrap: anywhere; }
.ews-step-time { flex: 0 0 auto; color: var(--red-ui-secondary-text-color); }
.ews-step-ok .fa { color: var(--red-ui-text-color-success, #4b8400); }
.ews-step-failed .fa, .ews-step-failed .ews-step-told { color: var(--red-ui-text-color-error); }
.ews-step-skipped { color: var(--red-ui-secondary-text-color); }
#ews-push-test { margin-left: 114px; }
.ews-push-finding { margin: 6px 0 0 114px; line-height: 1.35; }
.ews-browse { margin: 8px 0 0; }
.ews-browser { margin: 8px 0 0; padding: 8px; border: 1px solid var(--red-ui-secondary-border-color); border-radius: 4px; }
.ews-browser-search, .ews-browser-buttons { display: flex; gap: 6px; flex-wrap: wrap; }
.ews-browser-search input[type=text] { flex: 1 1 120px; min-width: 0; width: auto; margin: 0; }
.ews-browser-told { margin: 6px 0 0; line-height: 1.35; }
.ews-browser-told:empty { display: none; }
.ews-dialog .ews-tree, .ews-dialog .ews-tree ul { list-style: none; margin: 0; padding: 0; }
.ews-dialog .ews-tree { margin: 8px 0; max-height: 320px; overflow: auto; border: 1px solid var(--red-ui-secondary-border-color); background: var(--red-ui-list-item-background, transparent); }
.ews-dialog .ews-tree:empty { display: none; }
.ews-tree [role=treeitem] { outline: none; }
.ews-tree-row { display: flex; gap: 6px; align-items: center; padding: 3px 6px; cursor: pointer; color: var(--red-ui-list-item-color, var(--red-ui-primary-text-color)); }
.ews-tree-row:hover { background: var(--red-ui-list-item-background-hover); }
.ews-tree [role=treeitem]:focus > .ews-tree-row { background: var(--red-ui-list-item-background-selected); box-shadow: inset 0 0 0 2px var(--red-ui-form-input-focus-color); }
.ews-tree-row .fa { flex: 0 0 16px; text-align: center; }
.ews-tree-name { flex: 0 1 auto; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.ews-tree-more { flex: 1 0 auto; text-align: right; color: var(--red-ui-secondary-text-color); font-size: 0.9em; }
.ews-tree-path { flex: 0 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--red-ui-secondary-text-color); }
@container (max-width: 340px) {
  #ews-push-test, .ews-push-finding { margin-left: 0; }
  .ews-step { flex-wrap: wrap; }
  .ews-step-told { flex-basis: 100%; }
}
`,
    )
    .appendTo('head');
}
