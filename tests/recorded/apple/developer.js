jsonCallback({
  "drpost": false,
  "drMessage": null,
  "services": [
    {
      "serviceName": "APNS",
      "redirectUrl": null,
      "events": []
    },
    {
      "serviceName": "Account",
      "redirectUrl": null,
      "events": []
    },
    {
      "serviceName": "App Store Connect",
      "redirectUrl": null,
      "events": []
    }
  ]
});
