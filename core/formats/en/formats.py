"""English dates as Intl writes them: 3:22 PM, where Django would write 3:22 p.m."""

TIME_FORMAT = "g:i A"
DATETIME_FORMAT = "F j, Y, g:i A"
SHORT_DATETIME_FORMAT = "m/d/Y g:i A"
