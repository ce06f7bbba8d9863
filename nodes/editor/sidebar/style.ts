/** How the sidebar's tab looks: in the editor's own colours, so that it fits its theme, and narrow as well as wide. */
if ($('#ews-sb-style').length === 0) {
  $('<style id="ews-sb-style">')
    .text(
      `
.ews-sb { display: flex; flex-direction: column; height: 100%; min-width: 0; color: var(--red-ui-primary-text-color); }
.ews-sb p { margin: 0; }
.ews-sb-summary { padding: 8px 10px 6px; line-height: 1.3; }
.ews-sb-alarm { color: var(--red-ui-text-color-error); }
.ews-sb-filter { display: flex; flex-wrap: wrap; gap: 6px; padding: 0 10px 8px; border-bottom: 1px solid var(--red-ui-secondary-border-color); }
.ews-sb-filter input.ews-sb-words { flex: 1 1 120px; min-width: 0; margin: 0; }
.ews-sb-filter select.ews-sb-group { flex: 1 1 110px; width: auto; min-width: 0; margin: 0; }
.ews-sb-empty { padding: 16px 10px; color: var(--red-ui-secondary-text-color); line-height: 1.35; }
.ews-sb-table { position: relative; flex: 1 1 0; min-height: 92px; overflow-x: hidden; overflow-y: auto; contain: strict; }
.ews-sb-table:focus-visible { outline: 1px solid var(--red-ui-form-input-focus-color); outline-offset: -1px; }
.ews-sb-header { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.ews-sb-space { position: relative; }
.ews-sb-row {
  position: absolute; top: 0; left: 0; right: 0; height: 46px; box-sizing: border-box; padding: 5px 10px; cursor: pointer;
  display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 8px; align-items: center; line-height: 17px;
  border-bottom: 1px solid var(--red-ui-secondary-border-color);
}
.ews-sb-row:hover { background: var(--red-ui-list-item-background-hover); }
.ews-sb-row[aria-selected=true] { background: var(--red-ui-list-item-background-selected); }
.ews-sb-mailbox, .ews-sb-state { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.ews-sb-state, .ews-sb-event { font-size: 12px; color: var(--red-ui-secondary-text-color); }
.ews-sb-row[data-group=trouble] .ews-sb-state { color: var(--red-ui-text-color-error); }
.ews-sb-hour, .ews-sb-event { text-align: right; }
.ews-sb-bars { display: block; width: 60px; height: 16px; }
.ews-sb-axis { fill: var(--red-ui-secondary-border-color); }
.ews-sb-counts { fill: var(--red-ui-secondary-text-color); }
.ews-sb-dot { display: inline-block; width: 8px; height: 8px; box-sizing: border-box; margin-right: 6px; border-radius: 4px; border: 2px solid var(--red-ui-node-status-colors-yellow); }
[data-group=trouble] .ews-sb-dot { border-radius: 0; border-color: var(--red-ui-node-status-colors-red); background: var(--red-ui-node-status-colors-red); }
[data-group=paused] .ews-sb-dot { border-color: var(--red-ui-node-status-colors-grey); }
[data-group=well] .ews-sb-dot { border-color: var(--red-ui-node-status-colors-green); background: var(--red-ui-node-status-colors-green); }
.ews-sb-stale .ews-sb-table { opacity: .5; }
.ews-sb-details { flex: 0 1 auto; max-height: 50%; overflow-y: auto; padding: 8px 10px; border-top: 1px solid var(--red-ui-primary-border-color); background: var(--red-ui-secondary-background); }
.ews-sb-details h3 { margin: 0 30px 6px 0; font-size: 14px; line-height: 20px; font-weight: 600; overflow-wrap: anywhere; }
.ews-sb-close { float: right; }
.ews-sb-actions { display: flex; flex-wrap: wrap; gap: 4px; }
.ews-sb-notice:not(:empty) { padding-top: 6px; }
.ews-sb-details dl { margin: 8px 0 0; display: grid; grid-template-columns: minmax(60px, auto) minmax(0, 1fr); gap: 3px 10px; font-size: 12px; line-height: 1.35; }
.ews-sb-details dt { font-weight: normal; color: var(--red-ui-secondary-text-color); }
.ews-sb-details dd { margin: 0; overflow-wrap: anywhere; }
`,
    )
    .appendTo('head');
}
