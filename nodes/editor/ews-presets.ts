/**
 * The kinds of server that the account's dialog offers. A kind is not stored: choosing one fills in address, way to
 * sign in and version, and which one shows is told from these.
 */

interface EwsPreset {
  readonly id: string;
  /** Its name, in the message catalogue. */
  readonly key: string;
  /** What is to be known of it, in the message catalogue. */
  readonly hint?: string;
  readonly server: 'url' | 'autodiscover' | 'sandbox';
  /** Where the service is, for those that are in one place only. */
  readonly url?: string;
  /** By which name it is reached. */
  readonly host?: RegExp;
  /** How to sign in: the first of these that this version knows. */
  readonly auth?: readonly string[];
}

interface EwsPresets {
  /** Fills the list of kinds, and has a choice fill in the fields. */
  makePresets(form: JQuery, values: EwsValues, changed: () => void): void;
  /** Shows another kind if the values do not fit the one that is shown, and what the e-mail address is for. */
  showPreset(form: JQuery, values: EwsValues): void;
  /** The kind that values are of. `shown`, if it fits, counts more than what is merely likely. */
  presetOf(values: EwsValues, shown?: string): EwsPreset;
  /** The address of EWS, of what people know: a server's name, or the address of its web mail. */
  completeUrl(text: string): string;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsPresets => {
    /** What every server of interest understands. */
    const VERSION = 'Exchange2010_SP2';
    const PATH = '/EWS/Exchange.asmx';
    /** What the runtime takes an account for that says nothing of it. */
    const BASIC = 'basic';

    const exchange: EwsPreset = { id: 'exchange', key: 'account.preset.exchange', server: 'url', auth: ['ntlm'] };
    const online: EwsPreset = {
      ...{ id: 'online', key: 'account.preset.online', hint: 'account.preset.online-hint', server: 'url' },
      ...{ url: `https://outlook.office365.com${PATH}`, host: /^outlook\.office(?:365)?\.(?:com|us)$/i },
      auth: ['oauth2', 'basic'],
    };
    const grommunio: EwsPreset = {
      ...{ id: 'grommunio', key: 'account.preset.grommunio', server: 'url', auth: ['basic'] },
      hint: 'account.preset.grommunio-hint',
    };
    const autodiscover: EwsPreset = {
      ...{ id: 'autodiscover', key: 'discover.preset', hint: 'discover.preset-hint', server: 'autodiscover' },
    };
    const sandbox: EwsPreset = { id: 'sandbox', key: 'account.preset.sandbox', server: 'sandbox' };
    /** @param region as Amazon names it */
    const workmail = ({ region, key }: { region: string; key: string }): EwsPreset => ({
      ...{ id: `workmail-${region}`, key, hint: 'account.preset.workmail-hint', server: 'url', auth: ['basic'] },
      url: `https://ews.mail.${region}.awsapps.com${PATH}`,
      host: new RegExp(`^ews\\.mail\\.${region}\\.awsapps\\.com$`, 'i'),
    });
    const presets: readonly EwsPreset[] = [
      exchange,
      online,
      workmail({ region: 'us-east-1', key: 'account.preset.workmail-us-east-1' }),
      workmail({ region: 'us-west-2', key: 'account.preset.workmail-us-west-2' }),
      workmail({ region: 'eu-west-1', key: 'account.preset.workmail-eu-west-1' }),
      grommunio,
      autodiscover,
      sandbox,
    ];

    const listOf = (form: JQuery): JQuery => form.find('#ews-preset');
    const fieldOf = (form: JQuery, property: string): JQuery => form.find(`#node-config-input-${property}`);

    function presetOf(values: EwsValues, shown?: string): EwsPreset {
      if (values.server === 'sandbox') return sandbox;
      if (values.server === 'autodiscover') return autodiscover;
      const host = /^https?:\/\/([^/:]+)/i.exec(ewsDialog.textOf(values.url))?.[1] ?? '';
      const inOnePlace = presets.find((preset) => preset.host?.test(host));
      if (inOnePlace) return inOnePlace;
      // Both may be anywhere, and take either way to sign in.
      const likely = (ewsDialog.textOf(values.auth) || BASIC) === BASIC ? grommunio : exchange;
      return [exchange, grommunio].find(({ id }) => id === shown) ?? likely;
    }

    function showPreset(form: JQuery, values: EwsValues): void {
      const list = listOf(form);
      list.val(presetOf(values, String(list.val())).id);
      const user = values.auth !== 'oauth2' && values.auth !== 'bearer';
      const email = user ? ewsDialog.text('account.email-placeholder') : ewsDialog.text('oauth.email-placeholder');
      fieldOf(form, 'email').attr('placeholder', email);
    }

    function makePresets(form: JQuery, values: EwsValues, changed: () => void): void {
      const list = listOf(form);
      // A flow that was written by hand may leave out what it takes the usual value for.
      for (const [property, usual] of Object.entries({ server: 'url', auth: BASIC, version: VERSION })) {
        if (!fieldOf(form, property).val()) fieldOf(form, property).val(usual);
      }
      for (const { id, key } of presets) list.append($('<option>').val(id).text(ewsDialog.text(key)));
      // Browsers tell of the input before they do of the change, and all listen to both.
      list.val(presetOf(values).id).on('input change', () => {
        const preset = presets.find(({ id }) => id === list.val());
        if (preset) fill(form, preset);
        changed();
      });
      const url = fieldOf(form, 'url');
      url.on('change', () => {
        url.val(completeUrl(String(url.val())));
      });
    }

    function fill(form: JQuery, preset: EwsPreset): void {
      const url = fieldOf(form, 'url');
      const host = /^https?:\/\/([^/:]+)/i.exec(String(url.val()))?.[1] ?? '';
      const ofAnother = presets.some((one) => one.host?.test(host));
      set(fieldOf(form, 'server'), preset.server);
      if (preset.server !== 'url') return;
      if (preset.url !== undefined) set(url, preset.url);
      else if (ofAnother) set(url, '');
      const auth = fieldOf(form, 'auth');
      const offered = preset.auth?.find((one) => auth.find(`option[value="${one}"]`).length > 0);
      if (offered !== undefined) set(auth, offered);
      set(fieldOf(form, 'version'), VERSION);
    }

    /** As if a person had entered it. */
    function set(field: JQuery, value: string): void {
      if (field.val() !== value) field.val(value).trigger('change');
    }

    function completeUrl(text: string): string {
      const typed = text.trim();
      const [, scheme = 'https://', host = ''] =
        /^(https?:\/\/)?((?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?)(?:\/|\/(?:owa|ecp|ews)(?:\/.*)?)?$/i.exec(typed) ?? [];
      return host === '' || /exchange\.asmx$/i.test(typed) ? typed : scheme + host + PATH;
    }

    return { makePresets, showPreset, presetOf, completeUrl };
  })(),
);
