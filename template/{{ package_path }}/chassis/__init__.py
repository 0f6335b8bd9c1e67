"""The microservice chassis: what is the same in every service.

Standard files, brought to each new release by `copier update`; change them only where the
service must differ. Start reading in `application.py`.
"""
