"""Texts as people paste them, made up after what a Mac prints."""

CERTIFICATE = "2016/05/03 22:23:40.981 apsd[74]: Certificate not yet generated"
UNKNOWN = '2016/05/03 22:13:48.232 apsd[74]: Hardware SerialNumber "unknown" looks incorrect or invalid'
NOT_AVAILABLE = "      Serial Number (system): Not Available"
AVAILABLE = "      Serial Number (system): C02AB1CDEF2G"
ENGLISH_REPORT = f"""\
$ system_profiler SPSoftwareDataType SPHardwareDataType
    System Software Overview:

      System Version: OS X 10.11.4 (15E65)
      Kernel Version: Darwin 15.4.0

    Hardware Overview:

      Model Name: MacBook Pro
      Model Identifier: MacBookPro11,2
      Boot ROM Version: MBP112.0138.B17
      SMC Version (system): 2.18f15
{NOT_AVAILABLE}
      Hardware UUID: 01234567-89AB-CDEF-0123-456789ABCDEF
"""
JAPANESE_REPORT = """\
ハードウェアの概要:

  機種名:\tMacBook Air
  機種ID:\tMac14,2
  システムのバージョン:\tmacOS 15.1 (24B83)
  シリアル番号（システム）:\t利用不可
  ハードウェアUUID:\t01234567-89AB-CDEF-0123-456789ABCDEF
"""
DEVICES = """\
USB:
    USB 3.0 Bus:
        Backup Disk:
          Product ID: 0x1234
          Serial Number: 57583631453533
          Manufacturer: Example
Power:
      Battery Information:
          Serial Number: D865033Y2CXF9CPAW
          Cycle Count: 40
      Hardware UUID: 01234567-89AB-CDEF-0123-456789ABCDEF
      Provisioning UDID: 01234567-89AB-CDEF-0123-456789ABCDEF
Graphics:
          Display Serial Number: C02AB1CDEF2G
"""
