/**
 * How the dialogs look. Colours are the editor's own variables, so that they fit its theme. The editor makes its tray as
 * wide as the longest sentence would like to be, and no narrower: the width of 0 keeps sentences out of that.
 */
if ($('#ews-dialog-style').length === 0) {
  $('<style id="ews-dialog-style">')
    .text(
      `
.ews-dialog { width: 0; min-width: 100%; container-type: inline-size; --ews-field-width: calc(100% - 118px); }
.ews-dialog .form-row > label { width: 110px; }
.ews-dialog .form-row > input[type=text],
.ews-dialog .form-row > input[type=password],
.ews-dialog .form-row > textarea,
.ews-dialog .form-row > select { width: var(--ews-field-width); }
.ews-dialog .form-row > input.ews-number { width: 110px; margin-right: 4px; }
.ews-dialog .ews-number + span { display: inline-block; width: calc(100% - 240px); vertical-align: middle; }
.ews-dialog .ews-field { display: inline-block; width: var(--ews-field-width); vertical-align: top; }
.ews-dialog label.ews-event, .ews-dialog label.ews-check { display: block; width: auto; margin: 0 0 4px; padding: 4px 0 0 22px; }
.ews-dialog label.ews-event input, .ews-dialog label.ews-check input { float: left; width: auto; margin: 3px 0 0 -22px; }
.ews-dialog label.ews-event b { font-weight: 500; margin-right: 8px; }
.ews-dialog label.ews-event span { color: var(--red-ui-secondary-text-color); }
.ews-dialog .ews-folder { display: flex; gap: 6px; }
.ews-dialog .ews-folder input { flex: 1 1 50%; min-width: 0; margin: 0; }
.ews-dialog .ews-filter-rule { display: flex; flex-wrap: wrap; gap: 6px; }
.ews-dialog .ews-filter-rule select, .ews-dialog .ews-filter-rule input { flex: 1 1 90px; min-width: 0; margin: 0; width: auto; }
.ews-dialog .red-ui-editableList-border:has(.ews-filter):not(:has(li)) { display: none; }
.ews-dialog .ews-tip { margin: 0 0 12px; max-width: none; }
.ews-dialog .ews-group { margin: 18px 0 0; }
.ews-dialog .ews-group-title, .ews-dialog .ews-more > summary { margin: 0 0 12px; padding: 6px 0;
  border-bottom: 1px solid var(--red-ui-secondary-border-color); color: var(--red-ui-header-text-color, var(--red-ui-primary-text-color)); }
.ews-dialog .ews-more > summary { cursor: pointer; list-style: none; }
.ews-dialog .ews-more > summary::-webkit-details-marker { display: none; }
.ews-dialog .ews-more > summary .fa { width: 14px; text-align: center; }
.ews-dialog .ews-more[open] > summary .fa { transform: rotate(90deg); }
.ews-note { margin: 4px 0 0 114px; line-height: 1.35; }
.ews-field .ews-note { margin-left: 0; }
.ews-hint { color: var(--red-ui-secondary-text-color); }
.ews-problem { color: var(--red-ui-text-color-error); }
@container (max-width: 340px) {
  .ews-dialog .form-row > label { display: block; width: auto; }
  .ews-dialog .form-row > .ews-field, .ews-dialog .form-row > input[type=text], .ews-dialog .form-row > input[type=password],
  .ews-dialog .form-row > textarea, .ews-dialog .form-row > select { width: 100%; }
  .ews-dialog .form-row > div:has(> select) { width: 100% !important; }
  .ews-note { margin-left: 0; }
}
`,
    )
    .appendTo('head');
}
