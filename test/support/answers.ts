/** SOAP answers, written out by hand so that tests do not check the package against itself. */
export function soap(body: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>' +
    '<h:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="1544" MinorBuildNumber="9" Version="V2017_07_11"' +
    ' xmlns:h="http://schemas.microsoft.com/exchange/services/2006/types"/></s:Header>' +
    `<s:Body>${body}</s:Body></s:Envelope>`
  );
}

export function unsubscribed(): string {
  return soap(response('Unsubscribe', '<m:ResponseCode>NoError</m:ResponseCode>'));
}

export function errorAnswer(operation: string, code: string, extra = ''): string {
  const message = `<m:MessageText>Words of the server.</m:MessageText><m:ResponseCode>${code}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>${extra}`;
  return soap(response(operation, message, 'Error'));
}

export function fault(code: string, extra = ''): string {
  return soap(
    '<s:Fault><faultcode xmlns:a="http://schemas.microsoft.com/exchange/services/2006/types">' +
      `a:${code}</faultcode><faultstring xml:lang="en-US">Words of the server.</faultstring><detail>` +
      `<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">${code}</e:ResponseCode>${extra}</detail></s:Fault>`,
  );
}

export function backOff(ms: number): string {
  return (
    '<t:MessageXml xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">' +
    `<t:Value Name="BackOffMilliseconds">${ms}</t:Value></t:MessageXml>`
  );
}

function response(operation: string, content: string, responseClass = 'Success'): string {
  return (
    `<m:${operation}Response xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:ResponseMessages>` +
    `<m:${operation}ResponseMessage ResponseClass="${responseClass}">${content}</m:${operation}ResponseMessage>` +
    `</m:ResponseMessages></m:${operation}Response>`
  );
}

export function subscribed(subscriptionId: string, watermark: string): string {
  const ids = `<m:SubscriptionId>${subscriptionId}</m:SubscriptionId><m:Watermark>${watermark}</m:Watermark>`;
  return soap(response('Subscribe', `<m:ResponseCode>NoError</m:ResponseCode>${ids}`));
}

/** A GetEvents answer; `content` holds the events, with the prefix `t:`. */
export function notification(
  subscriptionId: string,
  { previous, more = false, content }: { previous: string; more?: boolean; content: string },
): string {
  const head = `<t:SubscriptionId>${subscriptionId}</t:SubscriptionId><t:PreviousWatermark>${previous}</t:PreviousWatermark>`;
  return soap(
    response(
      'GetEvents',
      '<m:ResponseCode>NoError</m:ResponseCode><m:Notification xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">' +
        `${head}<t:MoreEvents>${more}</t:MoreEvents>${content}</m:Notification>`,
    ),
  );
}
