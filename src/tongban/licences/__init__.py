"""Electronic licences 电子证照."""
