/** The rules of a filter in a dialog: what is looked at, how, and the value. */

interface EwsFilterRule {
  readonly property: string;
  readonly test: string;
  readonly value: string;
}

interface EwsFilters {
  /** Puts the list into an `<ol>`; `changed` is called whenever it does. */
  makeFilterList(list: JQuery, rules: unknown, changed: () => void): void;
  readFilterList(list: JQuery): EwsFilterRule[];
  /** What rules can look at, with the values that there are where these are few (src/details/filter.ts). */
  readonly filterProperties: Readonly<Record<string, readonly string[]>>;
  readonly filterTests: readonly string[];
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsFilters => {
    const flags = ['true', 'false'];
    const filterProperties: Readonly<Record<string, readonly string[]>> = {
      subject: [],
      from: [],
      isRead: flags,
      hasAttachments: flags,
      importance: ['High', 'Normal', 'Low'],
      itemClass: [],
    };
    const filterTests = ['is', 'isNot', 'contains', 'containsNot', 'startsWith'];
    const testsOf = (property: string) =>
      (filterProperties[property] ?? []).length > 0 ? filterTests.slice(0, 2) : filterTests;

    const text = (key: string): string => ewsDialog.text(key);

    function storedRule(value: unknown): EwsFilterRule {
      const { property, test, value: wanted } = (value ?? {}) as Record<string, unknown>;
      return {
        property: ewsDialog.textOf(property) || 'subject',
        test: ewsDialog.textOf(test) || 'contains',
        value: typeof wanted === 'boolean' ? String(wanted) : ewsDialog.textOf(wanted),
      };
    }

    function choice(name: string, label: string, values: Readonly<Record<string, string>>, chosen: string): JQuery {
      const options = Object.entries(values).map(([value, shown]) => $('<option>').val(value).text(shown));
      return $('<select>')
        .addClass(`ews-filter-${name}`)
        .attr('aria-label', label)
        .append(options)
        .val(chosen in values ? chosen : (Object.keys(values)[0] ?? ''));
    }

    /** Values with how they are called. */
    const named = (values: readonly string[], nameOf: (value: string) => string): Record<string, string> =>
      Object.fromEntries(values.map((value) => [value, nameOf(value)]));

    function propertyField(property: string): JQuery {
      const names = named(Object.keys(filterProperties), (value) => text(`filter-property.${value}`));
      return choice('property', text('details.filter-property'), names, property);
    }

    function testField(property: string, test: string): JQuery {
      const names = named(testsOf(property), (value) => text(`filter-test.${value}`));
      return choice('test', text('details.filter-test'), names, test);
    }

    function valueField(property: string, value: string): JQuery {
      const label = text('details.filter-value');
      const values = filterProperties[property] ?? [];
      if (values.length > 0)
        return choice(
          'value',
          label,
          named(values, (one) => text(`filter-value.${one}`)),
          value,
        );
      return $('<input type="text" class="ews-filter-value">')
        .attr({ 'aria-label': label, placeholder: label })
        .val(value);
    }

    function addRow(row: JQuery, rule: EwsFilterRule, changed: () => void): void {
      row.addClass('ews-filter-rule');
      const show = ({ property, test, value }: EwsFilterRule): void => {
        row.empty().append(
          propertyField(property).on('change', () => {
            show({ ...readRule(row), value: '' });
            row.find('.ews-filter-property').trigger('focus');
          }),
          testField(property, test),
          valueField(property, value),
        );
        row.find('select, input').on('input change', changed);
        changed();
      };
      show(rule);
      ewsDialog.makeOperable(row.closest('li').find('.red-ui-editableList-item-remove'), text('details.filter-remove'));
    }

    function readRule(row: JQuery): EwsFilterRule {
      const of = (name: string): string => String(row.find(`.ews-filter-${name}`).val() ?? '');
      return { property: of('property'), test: of('test'), value: of('value').trim() };
    }

    function makeFilterList(list: JQuery, rules: unknown, changed: () => void): void {
      list.editableList({
        addButton: text('details.filter-add'),
        height: 'auto',
        removable: true,
        addItem: (row: JQuery, _index: number, rule: unknown) => {
          addRow(row, storedRule(rule), changed);
        },
        removeItem: changed,
      });
      list
        .closest('.red-ui-editableList')
        .find('.red-ui-editableList-addButton')
        .attr('aria-label', text('details.filter-add-rule'));
      for (const rule of Array.isArray(rules) ? (rules as unknown[]) : [])
        list.editableList('addItem', storedRule(rule));
    }

    function readFilterList(list: JQuery): EwsFilterRule[] {
      return (
        list
          // Node-RED lets a row that was removed fade first.
          .find('li:not(.red-ui-editableList-item-deleting) .ews-filter-rule')
          .toArray()
          .map((row) => readRule($(row)))
      );
    }

    return { makeFilterList, readFilterList, filterProperties, filterTests };
  })(),
);
